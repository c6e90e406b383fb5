/** Defines the directives by which the schema's text says costs and refusals. */
import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql'
import { MUTATION_POINTS, OBJECT_POINTS } from '../limits/cost.ts'
import { REQUEST_POINTS } from '../limits/weights.ts'

const texts = new GraphQLList(new GraphQLNonNull(GraphQLString))

/** As IBM's cost directive specification has both; what is weighed is said in src/graph/limits. */
const cost = new GraphQLDirective({
  name: 'cost',
  description: `Points of each time that the field is answered, or that the argument or input is given; of a list, of each entry. Besides, an object costs ${OBJECT_POINTS}, the object of a mutation ${MUTATION_POINTS}, and a request ${REQUEST_POINTS}.`,
  locations: [
    DirectiveLocation.ARGUMENT_DEFINITION,
    DirectiveLocation.ENUM,
    DirectiveLocation.FIELD_DEFINITION,
    DirectiveLocation.INPUT_FIELD_DEFINITION,
    DirectiveLocation.OBJECT,
    DirectiveLocation.SCALAR,
  ],
  args: {
    weight: { type: new GraphQLNonNull(GraphQLString), description: 'The points: the least, where it depends.' },
  },
})

const listSize = new GraphQLDirective({
  name: 'listSize',
  description: 'How many entries are counted: what a slicing argument says, or how many it holds, else assumedSize.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    assumedSize: { type: GraphQLInt, description: 'Entries, when no argument says how many.' },
    slicingArguments: { type: texts, description: 'The first of these that is given says how many.' },
    sizedFields: { type: texts, description: 'The lists in the answer that are of this size.' },
    requireOneSlicingArgument: {
      type: GraphQLBoolean,
      defaultValue: true,
      description: 'Whether one of them has to be given.',
    },
  },
})

const refusals = new GraphQLDirective({
  name: 'refusals',
  description: 'The types of the userErrors that the mutation can answer with.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { types: { type: new GraphQLNonNull(texts), description: 'Their names.' } },
})

export const publishedDirectives: readonly GraphQLDirective[] = [cost, listSize, refusals]
