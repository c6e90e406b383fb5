/** Tests what type-graphql remembers of resolvers, on which direct resolvers rely. */
import 'reflect-metadata'
import { describe, expect, it } from '@jest/globals'
import type { GraphQLResolveInfo } from 'graphql'
import {
  Arg,
  buildSchemaSync,
  Ctx,
  Field,
  FieldResolver,
  getMetadataStorage,
  ID,
  Info,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql'

@ObjectType('RenamedThing')
class Thing {
  @Field(() => ID)
  id!: string
}

@Resolver(() => Thing)
class ThingResolver {
  @Query(() => Thing)
  thing(@Ctx() _context: object): Thing {
    return { id: '1' }
  }

  // In another order than they are declared in, for type-graphql hears of the last parameter first.
  @FieldResolver(() => Int, { name: 'size' })
  sizeOf(@Root() _root: Thing, @Ctx() _context: object, @Info() _info: GraphQLResolveInfo): number {
    return 1
  }

  @FieldResolver(() => Int)
  scaled(@Root('id') _id: string, @Arg('by', () => Int) _by: number): number {
    return 1
  }
}

describe('type-graphql’s metadata', () => {
  buildSchemaSync({ resolvers: [ThingResolver], validate: false })
  const { fieldResolvers, objectTypes, queries } = getMetadataStorage()
  const kindsOf = (params: { index: number; kind: string }[] = []) =>
    params.toSorted((one, other) => one.index - other.index).map(({ kind }) => kind)

  it('names the class of each object type', () => {
    expect(objectTypes.find(({ target }) => target === Thing)?.name).toBe('RenamedThing')
  })

  it('tells of a field’s resolver its class, method, name, type, and the kind and place of each parameter', () => {
    const found = fieldResolvers.find(({ methodName }) => methodName === 'sizeOf')
    expect(found).toMatchObject({ target: ThingResolver, schemaName: 'size', kind: 'external', middlewares: [] })
    expect(found?.getObjectType?.()).toBe(Thing)
    expect(kindsOf(found?.params)).toEqual(['root', 'context', 'info'])
    expect(found?.params?.find(({ kind }) => kind === 'root')).toMatchObject({ propertyName: undefined })
  })

  it('tells a parameter that is a property of the parent, or an argument, from the parent and context themselves', () => {
    const found = fieldResolvers.find(({ methodName }) => methodName === 'scaled')
    expect(kindsOf(found?.params)).toEqual(['root', 'arg'])
    expect(found?.params?.find(({ kind }) => kind === 'root')).toMatchObject({ propertyName: 'id' })
  })

  it('tells the same of queries', () => {
    const found = queries.find(({ methodName }) => methodName === 'thing')
    expect(found).toMatchObject({ target: ThingResolver, schemaName: 'thing', middlewares: [] })
    expect(kindsOf(found?.params)).toEqual(['context'])
  })
})
