/** Jest as ESM: swc compiles, because decorators' metadata is needed and tsc already checks the types. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/chaos/', '<rootDir>/test/bench/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          experimental: { keepImportAttributes: true },
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/world/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/world/global-teardown.ts',
  setupFiles: ['<rootDir>/test/support/world/fixed-seed.ts'],
  reporters: ['default', '<rootDir>/test/support/world/skipped-tests.ts'],
  maxWorkers: 2,
  testTimeout: 30_000,
}
