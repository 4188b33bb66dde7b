/** An action's rooms. They may import every other room of `src`, but not each other. */
const ACTIONS = '(provision|configure-multus|verify|preview|connect|maintain)';

/** The other rooms of `src`, and which of them each may import. Tests, and what they share, may import more. */
const ROOMS = {
  core: [],
  github: ['core'],
  environment: ['core', 'github'],
  images: ['core', 'github'],
  vpc: ['core'],
  cloudformation: ['core'],
  aws: ['core', 'environment', 'github'],
  kubernetes: ['core', 'environment', 'github', 'aws'],
  networks: ['core', 'environment', 'aws', 'kubernetes'],
  multus: ['core', 'environment', 'github', 'images', 'kubernetes'],
  'aws-auth': ['core', 'kubernetes', 'multus'],
  rollout: ['core', 'environment', 'aws', 'kubernetes', 'networks', 'connectivity'],
  connectivity: ['core', 'environment', 'github', 'images', 'aws', 'kubernetes', 'networks'],
};

const TEST = '(\\.test\\.ts$|/testing/)';

const rooms = Object.entries(ROOMS).map(([room, others]) => ({
  name: `${room} imports ${others.length === 0 ? 'no other room' : `only ${others.join(', ')}`}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: TEST },
  to: { path: '^src/', pathNot: `^src/(${[room, ...others].join('|')})/` },
}));

/** Rules of dependency-cruiser. Imports of types count, too. */
export default {
  forbidden: [
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'an action imports no other action',
      severity: 'error',
      from: { path: `^src/${ACTIONS}/`, pathNot: TEST },
      to: { path: `^src/${ACTIONS}/`, pathNot: '^src/$1/' },
    },
    {
      name: 'every room of src is an action or in the list',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${ACTIONS}|${Object.keys(ROOMS).join('|')})/` },
      to: {},
    },
    {
      name: 'only src/github and main.ts use the Actions toolkit',
      severity: 'error',
      from: { path: '^src/', pathNot: `${TEST}|^src/github/|/main\\.ts$` },
      to: { path: 'node_modules/@actions/' },
    },
    {
      name: 'the product imports nothing of dev',
      severity: 'error',
      from: { path: '^(src|cfn)/', pathNot: TEST },
      to: { path: '^dev/' },
    },
    {
      name: 'stand-ins know neither the product nor the programs that use them',
      severity: 'error',
      from: { path: '^dev/stand-ins/' },
      to: { path: '^(src|cfn)/|^dev/(rehearsal|soak|bench)/' },
    },
    ...rooms,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
  },
};
