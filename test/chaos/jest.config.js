/** The crash matrix, with the settings of the other tests: long, so that it is run by itself. */
import settings from '../../jest.config.js'

const { testPathIgnorePatterns: _, ...shared } = settings

export default {
  ...shared,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/chaos/**/*.test.ts'],
  // They wait for silences most of the time, so more of them share a core.
  maxWorkers: 4,
}
