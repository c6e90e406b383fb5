import { compileOptions } from './test/support/world/compile-options.ts'

const kept = ['src/.+', 'node_modules/.+', 'test/support/world/kept-keys']

/** Jest as ESM. Test files have a sandbox each; the product and the libraries are loaded once for all of a worker's. */
export default {
  testEnvironment: '<rootDir>/test/support/world/kept-environment.ts',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/chaos/', '<rootDir>/test/bench/'],
  transform: {
    [`^${import.meta.dirname}/(${kept.join('|')})\\.(ts|[cm]?js)$`]: '<rootDir>/test/support/world/kept-modules.ts',
    '^.+\\.ts$': ['@swc/jest', compileOptions],
  },
  // What jest itself loads, node compiles.
  transformIgnorePatterns: ['<rootDir>/test/support/world/(global-|file-order|kept-(environment|modules))'],
  globalSetup: '<rootDir>/test/support/world/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/world/global-teardown.ts',
  setupFiles: ['<rootDir>/test/support/world/fixed-seed.ts'],
  reporters: ['default', '<rootDir>/test/support/world/skipped-tests.ts'],
  testSequencer: '<rootDir>/test/support/world/file-order.ts',
  maxWorkers: 2,
  testTimeout: 30_000,
}
