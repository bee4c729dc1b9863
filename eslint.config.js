/** @file What lint asks: TypeScript's own checks with types, and the few rules of the project's style. */
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What only src/platform/node may name. */
const nodeGlobals = ['process', 'Buffer', 'global', 'require', '__dirname', '__filename', 'setImmediate'];

const timers = ['performance', 'setTimeout', 'setInterval', 'clearInterval'];
const globals = (names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default tseslint.config(
  {
    ignores: [
      'dist',
      'dist-new',
      'runs',
      'reference',
      'fixtures',
      'tools/.venv*',
      'tools/fixtures',
      'benchmarks/results',
      'src/formats/tfevents/proto',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true, allowArray: true },
      ],
      // An interface may be async where one of its implementations has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Choices are unions of string literals.' },
        { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'Modules, not namespaces.' },
        {
          selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|fails)$/]',
          message: 'Every test runs.',
        },
      ],
      // Constructors and methods hand their arguments on to the one check of core/arguments.ts.
      'prefer-rest-params': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'prefer-const': 'error',
    },
  },
  // Programs that show types: what they declare need not be used.
  { files: ['src/testing/types/**'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', 700],
      'no-console': ['error', { allow: ['warn', 'error'] }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/node/**', 'src/testing/**', '**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...nodeGlobals,
        {
          name: 'TypeError',
          message: 'Take it from core/errors.ts: what an engine raises is told from it by its class.',
        },
      ],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: globals(['process', 'Buffer', 'console', 'URL']) } },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
  {
    files: ['tools/browser-test/**'],
    languageOptions: {
      globals: globals([
        ...timers,
        'window',
        'document',
        'location',
        'navigator',
        'URLSearchParams',
        'crossOriginIsolated',
      ]),
    },
  },
);
