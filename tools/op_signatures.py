"""Writes src/models/op_signatures.ts: how each op of Keras splits its arguments between its class's constructor and its call."""
import inspect, json, re, importlib, os
os.environ["KERAS_BACKEND"]="jax"; os.environ["JAX_PLATFORMS"]="cpu"
import keras
from keras.src.ops.operation import Operation
names=sorted(n for n in dir(keras.ops) if not n.startswith('_') and callable(getattr(keras.ops,n)))
names+=['image.'+n for n in dir(keras.ops.image) if not n.startswith('_') and callable(getattr(keras.ops.image,n))]
out={}
for n in names:
    f=keras.ops
    for p in n.split('.'): f=getattr(f,p)
    f=inspect.unwrap(f)
    s=inspect.getsource(f)
    m=re.search(r'return\s+\(?\s*([A-Z]\w+)\(',s) or re.search(r'([A-Z]\w+)\([^()]*\)\.symbolic_call',s)
    if not m: continue
    c=getattr(importlib.import_module(f.__module__),m.group(1),None)
    if c is None or not (inspect.isclass(c) and issubclass(c,Operation)): continue
    init=[p for p in inspect.signature(c.__init__).parameters if p not in('self','name')]
    if 'kwargs' in init: init.remove('kwargs')
    parts=[]
    fp=inspect.signature(f).parameters
    for p in fp.values():
        if p.kind is p.VAR_KEYWORD: continue
        t=('.' if p.name in init else '')+('*' if p.kind is p.VAR_POSITIONAL else '')+p.name
        if p.default is not p.empty:
            d=p.default
            try: t+='='+json.dumps(d,separators=(',',':'))
            except TypeError: t+='=null'
        parts.append(t)
    missing=[i for i in init if i not in fp]
    if missing: print(n,'init params not among the function\'s:',missing)
    short=n.split('.')[-1]
    out[short]=f.__module__.replace('keras.src.ops.','')+': '+' '.join(parts)
# group identical signatures
groups={}
for k,v in out.items(): groups.setdefault(v,[]).append(k)
print(len(out),len(groups))
def q(s): return "'"+s.replace("'", "\\'")+"'"
lines=[]
for v,ks in sorted(groups.items()):
    lines.append(f"  [{q(v)}, {q(' '.join(sorted(ks)))}],")
open('src/models/op_signatures.ts','w').write('''/**
 * @file How Keras splits the arguments of each op between the constructor of the op's class and the call, which is how configs of
 * functional models hold them. Taken from Keras 3.15.1.
 */

/**
 * Pairs of a signature and the ops that have it. A signature is Keras's module below `keras.src.ops`, and the parameters in order:
 * `.name` belongs to the constructor, `name` to the call, `*name` takes any number, `=value` is the default as JSON. Parameters
 * without a default are positional here.
 */
const GROUPS: readonly (readonly [signature: string, ops: string])[] = [
'''+'\n'.join(lines)+'''
];

/** A parameter of an op. */
export interface OpParameter {
  /** In Keras's snake_case. */
  readonly name: string;
  /** Whether it goes to the constructor of the op's class, and so into its config. */
  readonly inConfig: boolean;
  readonly variadic: boolean;
  readonly required: boolean;
  readonly default: unknown;
}

/** The parameters of an op, and the module of its class below `keras.src.ops`. */
export interface OpSignature {
  readonly module: string;
  readonly parameters: readonly OpParameter[];
}

function parse(signature: string): OpSignature {
  const [module, list] = signature.split(': ');
  const parameters = list.split(' ').map((text): OpParameter => {
    const [, dot, star, name, value] = /^(\\.?)(\\*?)([A-Za-z0-9_]+)(?:=(.*))?$/.exec(text)!;
    const required = value === undefined;
    return {
      name,
      inConfig: dot !== '',
      variadic: star !== '',
      required,
      default: required ? null : (JSON.parse(value) as unknown),
    };
  });
  return { module, parameters };
}

const signatures = new Map<string, string>(
  GROUPS.flatMap(([signature, ops]) => ops.split(' ').map((name): [string, string] => [name, signature])),
);

/** The signature of an op by Keras's name (`'expand_dims'`), or null for one that has no class in Keras. */
export function opSignature(opName: string): OpSignature | null {
  const signature = signatures.get(opName);
  return signature === undefined ? null : parse(signature);
}

/** The names of all ops that have a class in Keras. */
export function opNames(): string[] {
  return [...signatures.keys()];
}
''')
