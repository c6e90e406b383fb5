/** Finds where a text reads a viewer's roles, under any name. */
import { child, children, isNode, nameIn, type SyntaxNode, syntaxOf } from './syntax-tree.ts'

const ROLES: ReadonlySet<string> = new Set(['learner', 'staff', 'client', 'operator', 'router'])
/** What answers one of its branches, or what is inside, as it is. */
const TRANSPARENT: Readonly<Record<string, readonly string[]>> = {
  OptionalChainingExpression: ['base'],
  ParenthesisExpression: ['expression'],
  TsNonNullExpression: ['expression'],
  TsAsExpression: ['expression'],
  TsSatisfiesExpression: ['expression'],
  TsTypeAssertion: ['expression'],
  TsConstAssertion: ['expression'],
  AwaitExpression: ['argument'],
  ConditionalExpression: ['consequent', 'alternate'],
  AssignmentExpression: ['right'],
}
const CHOOSING: ReadonlySet<unknown> = new Set(['??', '||', '&&'])
/** Calls that answer the viewer that they are given, or a copy. */
const COPYING: ReadonlySet<unknown> = new Set(['assign', 'freeze', 'structuredClone'])
/** Methods of Object and Reflect that look at its fields. */
const LOOKING: ReadonlySet<unknown> = new Set(['keys', 'values', 'entries', 'get', 'has', 'hasOwn'])
const FUNCTIONS: ReadonlySet<unknown> = new Set(['ArrowFunctionExpression', 'FunctionExpression'])

export interface ViewerReads {
  /** The roles that are read; `…` where any may be. */
  roles: string[]
  /** Properties other than `viewer` that are declared to hold one: no other file would know. */
  otherNames: string[]
}

/** Looks at one text; names are the text's, whatever their scope. */
export function viewerReads(text: string): ViewerReads {
  if (!/viewer|authenticate/i.test(text)) return { roles: [], otherNames: [] }
  const trace = new ViewerTrace()
  const nodes = syntaxOf(text)
  for (let known = -1; known !== trace.size; ) {
    known = trace.size
    for (const node of nodes) trace.follow(node)
  }
  for (const node of nodes) trace.read(node)
  return { roles: [...trace.roles].toSorted(), otherNames: [...trace.otherNames].toSorted() }
}

class ViewerTrace {
  readonly roles = new Set<string>()
  readonly otherNames = new Set<string>()
  private readonly variables = new Set(['viewer'])
  private readonly properties = new Set(['viewer'])
  private readonly types = new Set(['Viewer'])

  get size(): number {
    return this.variables.size + this.properties.size + this.types.size
  }

  /** Learns the names under which the node passes a viewer on, and reads what its patterns take apart. */
  follow(node: SyntaxNode): void {
    this.followType(node)
    const annotation = child(child(node, 'typeAnnotation'), 'typeAnnotation')
    if (/Pattern$|^Identifier$/.test(node.type) && this.isViewerType(annotation)) this.bind(node)
    switch (node.type) {
      case 'VariableDeclarator':
        if (this.isViewer(child(node, 'init'))) this.bind(child(node, 'id'))
        this.followFunctionType(child(node, 'id'), child(node, 'init'))
        break
      case 'AssignmentExpression':
      case 'AssignmentPattern':
        if (this.isViewer(child(node, 'right'))) this.bind(child(node, 'left'))
        break
      case 'ForOfStatement':
        if (!this.isViewer(child(node, 'right'))) break
        for (const { id } of children(child(node, 'left'), 'declarations')) this.bind(isNode(id) ? id : null)
        break
      case 'KeyValuePatternProperty':
        if (this.properties.has(nameIn(child(node, 'key')) ?? '')) this.bind(child(node, 'value'))
        break
      case 'AssignmentPatternProperty':
        if (this.properties.has(nameIn(child(node, 'key')) ?? '')) this.bind(child(node, 'key'))
        break
      case 'KeyValueProperty':
        if (this.isViewer(child(node, 'value'))) this.properties.add(nameIn(child(node, 'key')) ?? '')
        break
      case 'CallExpression':
        // What a list of viewers hands to its callback is one.
        if (!this.isViewer(child(child(node, 'callee'), 'object'))) break
        for (const given of children(node, 'arguments'))
          if (FUNCTIONS.has(given.type)) for (const parameter of children(given, 'params')) this.bind(parameter)
        break
    }
  }

  private followType(node: SyntaxNode): void {
    const name = nameIn(child(node, 'id') ?? child(node, 'name') ?? child(node, 'local')) ?? ''
    if (node.type === 'TsTypeAliasDeclaration' && this.isViewerType(child(node, 'typeAnnotation'))) this.types.add(name)
    if (node.type === 'TsTypeParameter' && this.isViewerType(child(node, 'constraint'))) this.types.add(name)
    if (node.type === 'ImportSpecifier' && nameIn(child(node, 'imported')) === 'Viewer') this.types.add(name)
    if (node.type === 'TsInterfaceDeclaration') {
      const parents = children(node, 'extends').map((parent) => nameIn(child(parent, 'expression')) ?? '')
      if (parents.some((parent) => this.types.has(parent))) this.types.add(name)
    }
    if (!['TsPropertySignature', 'ClassProperty', 'TsParameterProperty'].includes(node.type)) return
    const held = child(node, 'param') ?? node
    if (!this.isViewerType(child(child(held, 'typeAnnotation'), 'typeAnnotation'))) return
    const key = nameIn(child(node, 'key') ?? held) ?? ''
    this.properties.add(key)
    if (key !== 'viewer') this.otherNames.add(key)
  }

  /** `const ask: (viewer: Viewer) => boolean = ({ staff }) => …`: the type says what the parameters are. */
  private followFunctionType(id: SyntaxNode | null, init: SyntaxNode | null): void {
    const type = child(child(id, 'typeAnnotation'), 'typeAnnotation')
    if (type?.type !== 'TsFunctionType' || init === null || !FUNCTIONS.has(init.type)) return
    const given = children(init, 'params')
    children(type, 'params').forEach((parameter, index) => {
      if (this.isViewerType(child(child(parameter, 'typeAnnotation'), 'typeAnnotation')))
        this.bind(given[index] ?? null)
    })
  }

  private isViewerType(type: SyntaxNode | null): boolean {
    switch (type?.type) {
      case 'TsTypeReference':
        if (this.types.has(nameIn(child(type, 'typeName')) ?? '')) return true
        return children(child(type, 'typeParams'), 'params').some((given) => this.isViewerType(given))
      case 'TsImportType':
        return this.types.has(nameIn(child(type, 'qualifier')) ?? '')
      case 'TsUnionType':
      case 'TsIntersectionType':
        return children(type, 'types').some((one) => this.isViewerType(one))
      case 'TsParenthesizedType':
      case 'TsTypeOperator':
        return this.isViewerType(child(type, 'typeAnnotation'))
      case 'TsArrayType':
        return this.isViewerType(child(type, 'elemType'))
      case 'TsIndexedAccessType':
        return this.properties.has(nameIn(child(child(type, 'indexType'), 'literal')) ?? '')
      case 'TsTypeQuery': {
        const asked = child(type, 'exprName')
        return this.properties.has(nameIn(child(asked, 'right')) ?? '') || this.variables.has(nameIn(asked) ?? '')
      }
      default:
        return false
    }
  }

  /** Whether the expression is a viewer, a copy of one, or a list with one in it. */
  private isViewer(node: SyntaxNode | null): boolean {
    if (node === null) return false
    if (TRANSPARENT[node.type]?.some((field) => this.isViewer(child(node, field)))) return true
    switch (node.type) {
      case 'Identifier':
        return this.variables.has(nameIn(node) ?? '')
      case 'MemberExpression': {
        if (this.properties.has(nameIn(child(node, 'property')) ?? '')) return true
        return this.isViewer(child(node, 'object')) && isNumbered(node)
      }
      case 'TsAsExpression':
      case 'TsTypeAssertion':
        return this.isViewerType(child(node, 'typeAnnotation'))
      case 'BinaryExpression':
        return CHOOSING.has(node.operator) && ['left', 'right'].some((side) => this.isViewer(child(node, side)))
      case 'ObjectExpression':
        return children(node, 'properties').some((one) => this.isViewer(child(one, 'arguments')))
      case 'ArrayExpression':
        return children(node, 'elements').some((one) => this.isViewer(one))
      case 'CallExpression': {
        const name = calledName(node)
        if (/[vV]iewer(Of)?$|^authenticate$/.test(name)) return true
        return COPYING.has(name) && children(node, 'arguments').some((given) => this.isViewer(given))
      }
      default:
        return false
    }
  }

  /** The pattern is given a viewer: its names are the viewer's, its keys are read. */
  private bind(pattern: SyntaxNode | null): void {
    switch (pattern?.type) {
      case 'Identifier':
        this.variables.add(nameIn(pattern) ?? '')
        break
      case 'MemberExpression':
        this.properties.add(nameIn(child(pattern, 'property')) ?? '')
        break
      case 'Parameter':
        this.bind(child(pattern, 'pat'))
        break
      case 'AssignmentPattern':
        this.bind(child(pattern, 'left'))
        break
      case 'ArrayPattern':
        for (const element of children(pattern, 'elements')) this.bind(element)
        break
      case 'ObjectPattern':
        for (const one of children(pattern, 'properties')) this.readKey(nameIn(child(one, 'key')))
        break
    }
  }

  /** Reads a role where the node does so without taking the viewer apart. */
  read(node: SyntaxNode): void {
    if (node.type === 'MemberExpression' && this.isViewer(child(node, 'object')) && !isNumbered(node))
      this.readKey(nameIn(child(node, 'property')))
    if (node.type === 'BinaryExpression' && node.operator === 'in' && this.isViewer(child(node, 'right')))
      this.readKey(nameIn(child(node, 'left')))
    const [first = null] = node.type === 'CallExpression' ? children(node, 'arguments') : []
    if (LOOKING.has(calledName(node)) && this.isViewer(first)) this.readKey(null)
  }

  /** A name that is not written out may be any role; so may what the rest of a pattern takes. */
  private readKey(name: string | null): void {
    if (name === null) this.roles.add('…')
    else if (ROLES.has(name)) this.roles.add(name)
  }
}

const isNumbered = (node: SyntaxNode): boolean =>
  child(child(node, 'property'), 'expression')?.type === 'NumericLiteral'

/** `f(…)`, `object.f(…)`: f. */
function calledName(node: SyntaxNode): string {
  const callee = child(node, 'callee')
  return nameIn(child(callee, 'property') ?? callee) ?? ''
}
