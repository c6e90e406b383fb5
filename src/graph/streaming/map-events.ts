/** Maps events to answers one at a time, as the reader takes them. */

export interface EventAnswers<Event, Answer> {
  answer(event: Event): Promise<Answer>
  /** The last answer, when the source or an answer fails. */
  fault(error: unknown): Answer
  /** Once, from whichever side it ends. */
  ended(): void
}

/**
 * Maps a source of events. Unlike an async generator it passes `return` on at once, also while it waits for an event:
 * a subscriber who leaves does not have to wait for a change.
 */
export function mapEvents<Event, Answer>(
  source: AsyncIterable<Event>,
  { answer, fault, ended }: EventAnswers<Event, Answer>,
): AsyncGenerator<Answer, void, void> {
  const events = source[Symbol.asyncIterator]()
  let over = false
  const end = () => {
    if (!over) ended()
    over = true
  }
  const finish = async (): Promise<IteratorResult<Answer, void>> => {
    end()
    await events.return?.()
    return { done: true, value: undefined }
  }
  return {
    async next() {
      if (over) return { done: true, value: undefined }
      try {
        const { done, value } = await events.next()
        if (!done) return { done: false, value: await answer(value) }
        end()
        return { done: true, value: undefined }
      } catch (error) {
        await finish()
        return { done: false, value: fault(error) }
      }
    },
    return: finish,
    async throw(error) {
      await finish()
      throw error
    },
    async [Symbol.asyncDispose]() {
      await finish()
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
