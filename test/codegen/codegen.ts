/** Configures a frontend's type generation, ready to be copied beside schema.graphql. */
import type { CodegenConfig } from '@graphql-codegen/cli'

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/gql/**'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: {
        fragmentMasking: { unmaskFunctionName: 'readFragment' },
        // The manifest for `npm run trust`: in production the gateway answers what it knows.
        persistedDocuments: { hashAlgorithm: 'sha256' },
      },
      config: {
        // Every scalar of the graph but one is a string in JSON; a new one has to be named here.
        strictScalars: true,
        scalars: {
          ID: 'string',
          DateTime: 'string',
          Date: 'string',
          TimeZone: 'string',
          CurrencyCode: 'string',
          Decimal: 'string',
          SafeInt: 'number',
          URL: 'string',
          JWT: 'string',
        },
        // Enums may grow: a switch without a default branch does not compile.
        futureProofEnums: true,
        useTypeImports: true,
      },
    },
  },
}

export default config
