/** Fixes the seed of properties unless PROPERTY_SEED names another. */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20_261_123) })
