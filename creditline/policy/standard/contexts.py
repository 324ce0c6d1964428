"""Built-in functions of contexts."""

from creditline.policy.standard.signature import BuiltIn
from creditline.policy.standard.tree import TypeName
from creditline.policy.standard.values import Value

CONTEXT = TypeName(name="context")
Context = dict[str, Value]


def _value(context: Context, key: str) -> Value:
    return context.get(key)


def _value_at(context: Context, keys: tuple[Value, ...]) -> Value:
    found: Value = context
    for key in keys:
        found = found.get(key) if isinstance(found, dict) and isinstance(key, str) else None
    return found if keys else None


def _entries(context: Context) -> Value:
    return tuple({"key": key, "value": value} for key, value in context.items())


def _context(entries: tuple[Value, ...]) -> Value:
    """Return the context of a list of keys and values; a key that comes twice, or none, gives null."""
    found: Context = {}
    for one in entries:
        if not isinstance(one, dict) or not {"key", "value"} <= one.keys():
            return None
        key = one["key"]
        if not isinstance(key, str) or key in found:
            return None
        found[key] = one["value"]
    return found


def _put(context: Context, key: str, value: Value) -> Value:
    return {**context, key: value}


def _put_at(context: Context, keys: tuple[Value, ...], value: Value) -> Value:
    """Return a context with a value at a path of keys, of which all but the last must lead to contexts."""
    if not keys or not isinstance(keys[0], str):
        return None
    first, rest = keys[0], keys[1:]
    if not rest:
        return {**context, first: value}
    inner = context.get(first)
    made = _put_at(inner, rest, value) if isinstance(inner, dict) else None
    return None if made is None else {**context, first: made}


def _merge(contexts: tuple[Value, ...]) -> Value:
    found: Context = {}
    for one in contexts:
        if not isinstance(one, dict):
            return None
        found |= one
    return found


BUILT_IN: tuple[BuiltIn, ...] = (
    BuiltIn("get value", "m: context, key: string", _value),
    BuiltIn("get value", "context: context, key: string", _value),
    BuiltIn("get value", "context: context, keys: list", _value_at),
    BuiltIn("get entries", "m: context", _entries),
    BuiltIn("get entries", "context: context", _entries),
    BuiltIn("context", "entries: list", _context, CONTEXT),
    BuiltIn("context put", "context: context, key: string, value: any", _put, CONTEXT),
    BuiltIn("context put", "context: context, keys: list, value: any", _put_at, CONTEXT),
    BuiltIn("context merge", "contexts: list", _merge, CONTEXT),
)
