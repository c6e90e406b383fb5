/** Lists the stored classes and configures PostgreSQL for app and migration tool. */
import 'reflect-metadata'
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy'
import { Migrator } from '@mikro-orm/migrations'
import { DefaultLogger, defineConfig, type LogContext, type LoggerOptions, type Options } from '@mikro-orm/postgresql'
import { Case, CaseEntry } from './cases/case.ts'
import { databaseUrl } from './config.ts'
import { Course } from './courses/course.ts'
import { CourseRun, LiveEvent } from './courses/course-run.ts'
import { CourseWord } from './courses/course-word.ts'
import { SyncState } from './courses/sync-state.ts'
import { CreditRecord } from './credit/credit-record.ts'
import { CreditShare, CreditShareRecord, ShareAccess } from './credit/sharing/credit-share.ts'
import { Enrolment } from './enrolments/enrolment.ts'
import { RefundRun, RefundRunItem } from './enrolments/refund-run.ts'
import { Institution } from './institutions/institution.ts'
import { Qualification } from './institutions/qualification.ts'
import { Learner, PartnerAccount } from './learners/learner.ts'
import { OutgoingMessage } from './messages/outgoing-message.ts'
import { PartnerEvent } from './partner-inbox/partner-event.ts'
import { Dispute } from './payments/dispute.ts'
import { MissingPermission } from './payments/missing-permission.ts'
import { Acknowledgement } from './payments/papers/acknowledgement.ts'
import { PaymentReference } from './payments/papers/payment-reference.ts'
import { Receipt, ReceiptNumber } from './payments/papers/receipt.ts'
import { Payment } from './payments/payment.ts'
import { PaymentEvent } from './payments/payment-event.ts'
import { ProviderObject } from './payments/provider-object.ts'
import { Correction, Reconciliation } from './payments/reconciliation/reconciliation.ts'
import { Refund } from './payments/refund.ts'
import { HistoryEntry } from './store/history.ts'
import { IdempotencyKey } from './store/idempotency-key.ts'
import { ListMark } from './store/list-mark.ts'
import { patience, StoreClient } from './store/store-client.ts'
import { takeBackLost } from './store/take-back-lost.ts'
import { CreditUse, TransferApplication } from './transfers/applications/transfer-application.ts'
import { TransferPolicy } from './transfers/policies/transfer-policy.ts'

export const storedClasses = [
  OutgoingMessage,
  Institution,
  Qualification,
  Case,
  CaseEntry,
  Course,
  CourseRun,
  LiveEvent,
  CourseWord,
  SyncState,
  Learner,
  PartnerAccount,
  Payment,
  Refund,
  Dispute,
  PaymentReference,
  Receipt,
  Acknowledgement,
  ReceiptNumber,
  PaymentEvent,
  MissingPermission,
  ProviderObject,
  Reconciliation,
  Correction,
  Enrolment,
  RefundRun,
  RefundRunItem,
  PartnerEvent,
  CreditRecord,
  CreditShare,
  CreditShareRecord,
  ShareAccess,
  TransferPolicy,
  TransferApplication,
  CreditUse,
  HistoryEntry,
  ListMark,
  IdempotencyKey,
]

export interface DatabaseUse {
  poolSize?: number
  /** PostgreSQL ends a statement that takes longer, one that waits for a lock among them; 0, the default: never. */
  statementMs?: number
  /** Where MikroORM's own lines go, e.g. which migration is applied; its console unless said. */
  onLine?: (line: string) => void
  /** Hears of each statement once it is over. */
  onStatement?: (sql: string, durationMs: number, failed: boolean) => void
}

/** A transaction whose process hangs holds its locks no longer than this, in ms. */
const IDLE_IN_TRANSACTION_MS = 60_000
/** PostgreSQL ends a statement in time and says so; without a word for so much longer, in ms, it is not there. */
const SILENT_AFTER_MS = 2_000

/** MikroORM's options for the database at `url`: writes and migrations; reads go by the read connection. */
export function databaseOptions(url: string, use: DatabaseUse = {}): Options {
  const { poolSize = 10, statementMs = 0, onLine, onStatement } = use
  return defineConfig({
    clientUrl: url,
    entities: storedClasses,
    metadataProvider: ReflectMetadataProvider,
    extensions: [Migrator],
    forceUtcTimezone: true,
    pool: { min: 0, max: poolSize },
    driverOptions: {
      // MikroORM reads host and user of the address; pg reads its parameters too, and asks for TLS where they do.
      connectionString: url,
      application_name: 'gateway-write',
      ...patience,
      Client: StoreClient,
      onPoolCreated: takeBackLost,
      statement_timeout: statementMs,
      ...(statementMs > 0 && { query_timeout: statementMs + SILENT_AFTER_MS }),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
    ...(onLine && { logger: onLine, colors: false }),
    ...(onStatement && { loggerFactory: (options: LoggerOptions) => new StatementLogger(options, onStatement) }),
    migrations: {
      path: new URL('../migrations', import.meta.url).pathname,
      pathTs: new URL('../migrations', import.meta.url).pathname,
      glob: '*.cjs',
      snapshotName: 'snapshot',
      tableName: 'migration',
      emit: 'cjs',
      transactional: true,
      allOrNothing: true,
    },
    // Relations are loaded by loaders, never lazily; unknown columns are a mistake of ours.
    validate: true,
    strict: true,
  } as Options)
}

/** MikroORM tells its logger of every statement. */
class StatementLogger extends DefaultLogger {
  private readonly onStatement: NonNullable<DatabaseUse['onStatement']>

  constructor(options: LoggerOptions, onStatement: NonNullable<DatabaseUse['onStatement']>) {
    super(options)
    this.onStatement = onStatement
  }

  override logQuery(context: LogContext & { query: string }): void {
    this.onStatement(context.query, context.took ?? 0, context.level === 'error')
    super.logQuery(context)
  }
}

/** For the mikro-orm command: `npm run migration:create`. */
export default () => databaseOptions(databaseUrl())
