/** Answers the graph's fields about acknowledgements. */
import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql'
import type { Context } from '../../context.ts'
import { globalId } from '../../graph/contract/global-id.ts'
import { inReadersZone, ReadersZone } from '../../graph/contract/readers-zone.ts'
import { DateTime, Url } from '../../graph/contract/scalars.ts'
import { Acknowledgement } from './acknowledgement.ts'
import { documentAddress } from './document-link.ts'
import type { AcknowledgementRow } from './loaders.ts'

@Resolver(() => Acknowledgement)
export class AcknowledgementResolver {
  @FieldResolver(() => ID, { description: 'Opaque and stable.' })
  id(@Root() { id }: AcknowledgementRow): string {
    return globalId('Acknowledgement', id)
  }

  @FieldResolver(() => DateTime, { description: 'When it was received.' })
  receivedAt(@Root() { receivedAt }: AcknowledgementRow, @ReadersZone() timeZone: string | null): Date | string {
    return inReadersZone(receivedAt, timeZone)
  }

  @FieldResolver(() => Url, {
    description: 'The same as a document to print or keep; the link lasts 24 hours, ask again for another.',
  })
  documentUrl(@Root() { id }: AcknowledgementRow, @Ctx() context: Context): Promise<string> {
    return documentAddress(context, 'acknowledgement', id)
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When it was handed to a sender of messages; null when there is none, or not yet.',
  })
  sentAt(@Root() { sentAt }: AcknowledgementRow): Date | null {
    return sentAt
  }
}
