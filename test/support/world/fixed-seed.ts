/** Properties try the same cases on every run, so that a failure is everybody's; PROPERTY_SEED explores others. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20_261_123) })
