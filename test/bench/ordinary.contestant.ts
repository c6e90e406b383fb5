/** Runs the ordinary stack to compare with: Apollo, type-graphql and hydrated entities. */
import 'reflect-metadata'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql'
import DataLoader from 'dataloader'
import { Arg, buildSchema, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { Course } from '../../src/courses/course.ts'
import { CourseRun } from '../../src/courses/course-run.ts'
import { CreditRecord } from '../../src/credit/credit-record.ts'
import { databaseOptions } from '../../src/database.ts'
import { Enrolment } from '../../src/enrolments/enrolment.ts'
import { Credit } from '../../src/graph/contract/credit.ts'
import { Money } from '../../src/graph/contract/money.ts'
import { Learner } from '../../src/learners/learner.ts'
import { Payment } from '../../src/payments/payment.ts'
import { Refund } from '../../src/payments/refund.ts'

const [port, databaseUrl] = process.argv.slice(2)

/** One loader for each relation and request. */
class OrdinaryContext {
  readonly em: EntityManager
  readonly learner: string

  constructor(em: EntityManager, learner: string) {
    this.em = em
    this.learner = learner
  }

  readonly runs = this.byId<CourseRun>(CourseRun)
  readonly courses = this.byId<Course>(Course)
  readonly payments = this.byId<Payment>(Payment)

  readonly records = new DataLoader<string, CreditRecord | null>(async (ids) => {
    const found = await this.em.find(CreditRecord, { enrolmentId: { $in: [...ids] } })
    return ids.map((id) => found.find((record) => record.enrolmentId === id) ?? null)
  })

  readonly refunds = new DataLoader<string, Refund[]>(async (ids) => {
    const found = await this.em.find(Refund, { paymentId: { $in: [...ids] } })
    return ids.map((id) => found.filter((refund) => refund.paymentId === id))
  })

  readonly nextRuns = new DataLoader<string, CourseRun | null>(async (ids) => {
    const now = new Date()
    const found = await this.em.find(
      CourseRun,
      {
        courseId: { $in: [...ids] },
        cancelled: false,
        complete: true,
        startsAt: { $gt: now },
        enrolmentClosesAt: { $gte: now },
      },
      { orderBy: { startsAt: 'asc', id: 'asc' } },
    )
    return ids.map((id) => found.find((run) => run.courseId === id) ?? null)
  })

  private byId<Entity extends { id: string }>(entity: new () => Entity) {
    return new DataLoader<string, Entity | null>(async (ids) => {
      const found = await this.em.find(entity, { id: { $in: [...ids] } } as never)
      return ids.map((id) => (found as Entity[]).find((row) => row.id === id) ?? null)
    })
  }
}

@Resolver(() => Course)
class OrdinaryCourses {
  @Query(() => [Course])
  courses(@Arg('first', () => Int) first: number, @Ctx() context: OrdinaryContext): Promise<Course[]> {
    return context.em.find(Course, { withdrawnAt: null }, { orderBy: { nextStart: 'asc', id: 'asc' }, limit: first })
  }

  @FieldResolver(() => Credit)
  credit(@Root() { creditAmount, creditScheme, creditLevel, creditFramework }: Course): Credit {
    return { amount: creditAmount, scheme: creditScheme, level: creditLevel, framework: creditFramework } as Credit
  }

  @FieldResolver(() => CourseRun, { nullable: true })
  nextRun(@Root() course: Course, @Ctx() context: OrdinaryContext): Promise<CourseRun | null> {
    return context.nextRuns.load(course.id)
  }
}

@Resolver(() => CourseRun)
class OrdinaryRuns {
  @FieldResolver(() => Course)
  course(@Root() run: CourseRun, @Ctx() context: OrdinaryContext): Promise<Course | null> {
    return context.courses.load(run.courseId)
  }

  @FieldResolver(() => Money)
  price(@Root() { priceMinor, currency }: CourseRun): Money {
    return { amountMinor: priceMinor, currency } as Money
  }
}

@Resolver(() => Enrolment)
class OrdinaryEnrolments {
  @Query(() => [Enrolment])
  async enrolments(@Arg('first', () => Int) first: number, @Ctx() context: OrdinaryContext): Promise<Enrolment[]> {
    const learner = await context.em.findOneOrFail(Learner, { subject: context.learner })
    return context.em.find(Enrolment, { learnerId: learner.id }, { orderBy: { id: 'desc' }, limit: first })
  }

  @FieldResolver(() => CourseRun)
  run(@Root() enrolment: Enrolment, @Ctx() context: OrdinaryContext): Promise<CourseRun | null> {
    return context.runs.load(enrolment.runId)
  }

  @FieldResolver(() => Payment, { nullable: true })
  payment(@Root() { paymentId }: Enrolment, @Ctx() context: OrdinaryContext): Promise<Payment | null> | null {
    return paymentId === null ? null : context.payments.load(paymentId)
  }

  @FieldResolver(() => CreditRecord, { nullable: true })
  creditRecord(@Root() enrolment: Enrolment, @Ctx() context: OrdinaryContext): Promise<CreditRecord | null> {
    return context.records.load(enrolment.id)
  }
}

@Resolver(() => Payment)
class OrdinaryPayments {
  @FieldResolver(() => Money)
  amount(@Root() { amountMinor, currency }: Payment): Money {
    return { amountMinor, currency } as Money
  }

  @FieldResolver(() => [Refund])
  refunds(@Root() payment: Payment, @Ctx() context: OrdinaryContext): Promise<Refund[]> {
    return context.refunds.load(payment.id)
  }
}

@Resolver(() => Refund)
class OrdinaryRefunds {
  @FieldResolver(() => Money)
  amount(@Root() { amountMinor, currency }: Refund): Money {
    return { amountMinor, currency } as Money
  }
}

@Resolver(() => CreditRecord)
class OrdinaryRecords {
  @FieldResolver(() => Credit)
  credit(@Root() { creditAmount, creditScheme, creditLevel, creditFramework }: CreditRecord): Credit {
    return { amount: creditAmount, scheme: creditScheme, level: creditLevel, framework: creditFramework } as Credit
  }
}

const orm = await MikroORM.init(databaseOptions(databaseUrl!))
const schema = await buildSchema({
  resolvers: [
    OrdinaryCourses,
    OrdinaryRuns,
    OrdinaryEnrolments,
    OrdinaryPayments,
    OrdinaryRefunds,
    OrdinaryRecords,
  ] as unknown as [() => void],
  validate: false,
})
await startStandaloneServer(new ApolloServer<OrdinaryContext>({ schema }), {
  listen: { host: '127.0.0.1', port: Number(port) },
  context: async ({ req }) => new OrdinaryContext(orm.em.fork(), `${req.headers['x-learner'] ?? ''}`),
})
