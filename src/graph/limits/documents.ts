/** Parses, measures and validates documents, each one once. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { ErrorCode, GraphError, tooComplex } from '../contract/errors.ts'
import { protocolError } from '../execution/protocol-error.ts'
import { type DocumentLimits, documentLimits, documentRefusal } from './limits.ts'

export interface DocumentsOptions {
  introspection: boolean
  limits?: Partial<DocumentLimits>
}

export type ReadDocument =
  | { document: DocumentNode; errors: null }
  | { document: null; errors: readonly GraphQLError[] }

/** Characters of the documents that are remembered; a parsed one takes some sixty bytes for each. */
const REMEMBERED_CHARACTERS = 1024 * 1024

/** What graphql-js calls its own limit of tokens. */
function isTokenLimit(error: unknown): boolean {
  return error instanceof GraphQLError && / tokens\. Parsing aborted\.$/.test(error.message)
}

export class Documents {
  readonly limits: DocumentLimits
  private readonly schema: GraphQLSchema
  private readonly introspection: boolean
  private readonly judged = boundedByText<GraphError | 'within'>()
  private readonly validated = boundedByText<ReadDocument>()

  constructor(schema: GraphQLSchema, options: DocumentsOptions) {
    this.schema = schema
    this.introspection = options.introspection
    this.limits = { ...documentLimits, ...options.limits }
  }

  /** Why a document is not even validated; null when it is within the limits, or no document at all. */
  refusal(text: string): GraphError | null {
    if (text.length > this.limits.characters) return tooComplex('characters', text.length, this.limits.characters)
    let judgement = this.judged.get(text)
    if (judgement === undefined) {
      judgement = this.judge(text)
      this.judged.set(text, judgement)
    }
    return judgement === 'within' ? null : judgement
  }

  private judge(text: string): GraphError | 'within' {
    try {
      return documentRefusal(parse(text, { maxTokens: this.limits.tokens, noLocation: true }), this.limits) ?? 'within'
    } catch (error) {
      if (isTokenLimit(error)) return tooComplex('tokens', this.limits.tokens + 1, this.limits.tokens)
      // Whoever parses it next says what is wrong with it.
      if (error instanceof GraphQLError) return 'within'
      if (error instanceof RangeError)
        return new GraphError(ErrorCode.TooComplex, 'The document is nested too deeply to be read.')
      throw error
    }
  }

  /** Parses and validates, for those transports that Apollo does not serve. */
  read(text: string): ReadDocument {
    const refusal = this.refusal(text)
    if (refusal) return { document: null, errors: [refusal] }
    let read = this.validated.get(text)
    if (read === undefined) {
      read = this.validate(text)
      this.validated.set(text, read)
    }
    return read
  }

  /** A document that was validated, by whoever did; null when it is not known to be valid. */
  valid(text: string): DocumentNode | null {
    return this.validated.get(text)?.document ?? null
  }

  /** Remembers a document that somebody else has validated. */
  keepValid(text: string, document: DocumentNode): void {
    this.validated.set(text, { document, errors: null })
  }

  private validate(text: string): ReadDocument {
    try {
      const document = parse(text, { maxTokens: this.limits.tokens })
      const rules = this.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]
      const errors = validate(this.schema, document, rules, { maxErrors: 20, hideSuggestions: !this.introspection })
      if (errors.length === 0) return { document, errors: null }
      return { document: null, errors: errors.map((error) => described(error, 'GRAPHQL_VALIDATION_FAILED')) }
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      return { document: null, errors: [described(error, 'GRAPHQL_PARSE_FAILED')] }
    }
  }
}

function boundedByText<Value extends object | string>(): LRUCache<string, Value> {
  return new LRUCache({ maxSize: REMEMBERED_CHARACTERS, sizeCalculation: (_value, text) => text.length + 100 })
}

function described(error: GraphQLError, given: string): GraphQLError {
  const { message, extensions } = protocolError(error, error.message, given)
  const { nodes, source, positions } = error
  return new GraphQLError(message, { nodes, source, positions, extensions: { ...extensions } })
}
