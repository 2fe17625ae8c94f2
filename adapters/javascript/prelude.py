"""The JavaScript that stands between a script and Python: JSON in, JSON out, and a word for each way to end."""

from __future__ import annotations

MAX_RESULT_CHARACTERS = 1_000_000

PRELUDE = f"""
((global) => {{
  const {{ parse, stringify }} = JSON, {{ isFinite }} = Number, S = String, P = Promise, then = P.prototype.then;
  const quiet = () => undefined;
  global.console = {{ log: quiet, info: quiet, warn: quiet, error: quiet, debug: quiet, trace: quiet, table: quiet }};
  global.__pick = (exported, name, file) => {{
    const found = name ? exported[name]
      : typeof exported === 'function' ? exported : exported && exported.default;
    if (typeof found !== 'function')
      throw new ReferenceError(`${{file}} hands out no function ${{name || '(module.exports or export default)'}}`);
    return found;
  }};
  const said = (error) => {{
    try {{ return [S(error?.name ?? 'Error'), S(error?.message ?? error)]; }} catch {{ return ['Error', '']; }}
  }};
  const fail = (box, error) => {{
    const [name, message] = said(error);
    box.text = stringify({{ threw: name.slice(0, 100), message: message.slice(0, 1000) }});
  }};
  const keep = (box, value) => {{
    try {{
      if (typeof value === 'number' && !isFinite(value)) value = undefined;
      const text = stringify({{ type: value === null ? 'null' : typeof value, value }});
      box.text = text.length > {MAX_RESULT_CHARACTERS} ? stringify({{ type: 'too large' }}) : text;
    }} catch (error) {{ box.text = stringify({{ type: 'not JSON', why: said(error)[1].slice(0, 200) }}); }}
  }};
  return (make, argumentsJson) => {{
    const box = {{ text: undefined }};
    try {{
      const values = parse(argumentsJson);
      let result = make()(...values);
      if (typeof result === 'function') result = result(...values);
      if (result !== null && typeof result === 'object' && typeof result.then === 'function')
        then.call(P.resolve(result), (value) => keep(box, value), (error) => fail(box, error));
      else keep(box, result);
    }} catch (error) {{ fail(box, error); }}
    return box;
  }};
}})(globalThis)
"""
"""
An expression: a function of (make, arguments as JSON) that returns a box.

`make` returns the script's function. The box's `text` is JSON once the script has ended, until then undefined:
{type, value} for a result, {threw, message} for an exception. What it uses it takes before a script can change it.
"""

FREEZE = """
((seen) => {
  const freeze = (value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    Object.freeze(value);
    freeze(Object.getPrototypeOf(value));
    for (const key of Reflect.ownKeys(value)) {
      const one = Object.getOwnPropertyDescriptor(value, key);
      freeze(one.value); freeze(one.get); freeze(one.set);
    }
  };
  freeze(globalThis);
  // Those that no global leads to.
  for (const made of [[].values(), ''[Symbol.iterator](), new Map().values(), new Set().values(),
    /x/[Symbol.matchAll](''), [].values().map((x) => x), Iterator.from({ next() {} }), async () => {},
    function* () {}, (function* () {})(), async function* () {}, (async function* () {})()])
    freeze(Object.getPrototypeOf(made));
})(new Set())
"""
"""Freezes every built-in there is, with what it leads to, so that a script can't change what the next one uses."""
