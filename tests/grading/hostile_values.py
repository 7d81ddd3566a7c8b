"""Submissions whose functions return, raise or print what is made to fool or to break a judge."""

from hostile_patches import AGREEABLE
from hostile_processes import ARMED, MARK, REACHED, SOME_SECONDS, WITNESS
from submissions import (
    Keeps,
    exactly,
    hostile,
    perhaps_without,
    without,
    worth,
)

V, L = "vector_order", "latent_pca"
OF_PCA = ("fit_pca", "relate", "fit_rule", "losses", "statements")

STRUCTURES = [
    hostile(
        "nested ten thousand deep",
        V,
        "right",
        without(V, "turns"),
        answers={
            "turns": """
            def turns(codes):
                value = 2.0
                for _ in range(10_000):
                    value = [value]
                return value
            """
        },
    ),
    hostile(
        "a list and a dict that hold themselves",
        V,
        "right",
        without(V, "turns", "order_in_space"),
        answers={
            "turns": "def turns(codes):\n    a = []\n    a.append(a)\n    return a",
            "order_in_space": """
            def order_in_space(n):
                found = {}
                found["S"] = found["director"] = found
                return found
            """,
        },
    ),
    hostile(
        "a trillion elements in one",
        V,
        "right",
        without(V, "q_tensor", "turns"),
        answers={
            "q_tensor": "def q_tensor(angles):\n    return np.broadcast_to(0.5, (10**6, 10**6))",
            "turns": """
            def turns(codes):
                return np.lib.stride_tricks.as_strided(codes, (10**9, 10**9), (0, 0))
            """,
        },
    ),
    hostile(
        "arrays that reach beyond their memory",
        L,
        "right",
        without(L, "relate"),
        answers={
            "relate": """
            def relate(coordinates, m):
                far = np.lib.stride_tricks.as_strided(np.zeros(1), (2, 1 << 20), (1 << 40, 8))
                return dict.fromkeys(["m", "abs_m", "distance"], far)
            """
        },
    ),
    hostile(
        "NaN for every number",
        V,
        "nonsense",
        answers={
            "q_tensor": "def q_tensor(angles):\n    return np.full((len(angles), 2, 2), np.nan)",
            "order_and_director": """
            def order_and_director(Q):
                return {"S": np.full(len(Q), np.nan), "director": np.full(len(Q), np.nan)}
            """,
            "radius_correlation": "def radius_correlation(codes, S):\n    return float('nan')",
            "turns": "def turns(codes):\n    return np.float64('nan')",
        },
    ),
    hostile(
        "infinities for every number",
        L,
        "nonsense",
        answers={
            "losses": """
            def losses(*args):
                keys = ["reconstruction", "kl", "bound", "notebook", "beta"]
                return dict(zip(keys, [np.inf, -np.inf, 10**400, float("inf"), 1e308 * 10]))
            """,
            "fit_rule": """
            def fit_rule(coordinates, labels):
                return {"centre": np.full(coordinates.shape[1], np.inf), "threshold": -np.inf}
            """,
        },
    ),
    hostile(
        "all values masked",
        V,
        "nonsense",
        answers={
            "q_tensor": """
            def q_tensor(angles):
                return np.ma.masked_all((len(angles), 2, 2))
            """,
            "order_in_space": """
            def order_in_space(n):
                return {"S": np.ma.masked_all(len(n)), "director": np.ma.masked_all((len(n), 3))}
            """,
            "turns": "def turns(codes):\n    return np.ma.masked",
        },
    ),
    hostile(
        "right numbers in unusual arrays",
        V,
        "right",
        after={
            "block_order": """
            import tempfile
            plain = q_tensor, block_order, features

            def q_tensor(angles):
                found = plain[0](angles)
                kept = np.memmap(tempfile.TemporaryFile(), float, "w+", shape=found.shape)
                kept[:] = found
                return kept

            def block_order(angles, block):
                return np.asfortranarray(plain[1](angles, block)).astype(">f8")
            """,
            "features": """
            own_features = features

            def features(angles, kind):
                padded = np.zeros((*np.shape(own_features(angles, kind)), 2))
                padded[..., 0] = own_features(angles, kind)
                padded.flags.writeable = False
                return padded[..., 0][::-1][::-1]
            """,
        },
    ),
    hostile(
        "arrays of objects and of records",
        V,
        "nonsense",
        first=AGREEABLE,
        answers={
            "q_tensor": """
            def q_tensor(angles):
                return np.full((len(angles), 2, 2), Agreeable(), dtype=object)
            """,
            "block_order": """
            def block_order(angles, block):
                m = angles.shape[1] // block
                return np.zeros((len(angles), m, m), [("x", float), ("y", object)])
            """,
            "turns": "def turns(codes):\n    return np.array([None])",
        },
    ),
    hostile(
        "generators and coroutines",
        V,
        "right",
        without(V, "q_tensor", "block_order", "turns"),
        answers={
            "q_tensor": """
            def q_tensor(angles):
                for angle in angles:
                    yield np.zeros((2, 2))
            """,
            "block_order": """
            def block_order(angles, block):
                return (np.ones((4, 4)) for _ in iter(int, 1))
            """,
            "turns": "async def turns(codes):\n    return 2.0",
        },
    ),
    hostile(
        "strings that no encoding takes",
        L,
        "right",
        without(L, "relate"),
        answers={
            "relate": """
            def relate(coordinates, m):
                return {"m": "\\ud800", "abs_m": "\\0" * 100, "distance": "\\x1b[2J", "\\udfff": 0}
            """
        },
        last='print("\\ud800 \\udfff \\0 \\x1b[31m \\x1b]0;title\\x07 \\u202e")\n"\\ud800"',
    ),
    hostile(
        "dictionaries with keys of all kinds",
        L,
        "right",
        after={
            "losses": """
            plain = losses

            def losses(*args):
                more = {None: 1, (1, 2): 2, 3.5: 3, b"x": 4, frozenset(): 5, "\\ud800": 6}
                return plain(*args) | more
            """
        },
    ),
]

PRETENDERS = [
    hostile(
        "objects that call themselves arrays",
        V,
        "nonsense",
        first="""
        import numpy as np

        class Array:
            __class__ = np.ndarray
            dtype, shape, ndim = np.dtype(float), (3, 2, 2), 3
            __array_interface__ = {"shape": (3, 2, 2), "typestr": "<f8", "version": 3,
                                   "data": (64, False)}

            def __array__(self, *args, **kwargs):
                raise SystemExit

        class Number:
            __class__ = float
            __float__ = __abs__ = __sub__ = __rsub__ = lambda self, *a: 0.0
        """,
        answers={
            "q_tensor": "def q_tensor(angles):\n    return Array()",
            "turns": "def turns(codes):\n    return Number()",
            "radius_correlation": "def radius_correlation(codes, S):\n    return Number()",
        },
    ),
    hostile(
        "memory that is not there, offered as an array",
        V,
        "right",
        without(V, "order_in_space"),
        answers={
            "order_in_space": """
            class Wild:
                __array_interface__ = {"shape": (1 << 20,), "typestr": "<f8", "version": 3,
                                       "data": (4096, False)}

            def order_in_space(n):
                return {"S": Wild(), "director": Wild()}
            """
        },
    ),
    hostile(
        "arrays that differ from nothing",
        V,
        "nonsense",
        first="""
        import numpy as np

        class Array(np.ndarray):
            def __array_ufunc__(self, *args, **kwargs):
                return np.zeros(())

            def __array_function__(self, *args, **kwargs):
                return np.zeros(())

            __sub__ = __rsub__ = __abs__ = lambda self, *a: np.zeros(())
            max = min = mean = lambda self, *a, **k: 0.0
            __lt__ = __eq__ = lambda self, other: np.True_
            shape = property(lambda self: (3, 2, 2))
            dtype = property(lambda self: np.dtype(float))

            def __array_finalize__(self, other):
                pass

            def tobytes(self, *args):
                return b""
        """,
        answers={
            "q_tensor": "def q_tensor(angles):\n    return np.ones((3, 2, 2)).view(Array)",
            "order_in_space": """
            def order_in_space(n):
                return {"S": np.ones(2).view(Array), "director": np.ones((2, 3)).view(Array)}
            """,
        },
    ),
    hostile(
        "numbers that differ from nothing",
        V,
        "nonsense",
        first="""
        class Number(float):
            __sub__ = __rsub__ = __abs__ = __add__ = lambda self, *a: Number(0)
            __lt__ = __le__ = __eq__ = __gt__ = __ge__ = lambda self, other: True
            __hash__ = float.__hash__
            __float__ = lambda self: 0.0
            __format__ = lambda self, how: "0"

            def as_integer_ratio(self):
                raise SystemExit
        """,
        answers={
            "turns": "def turns(codes):\n    return Number(7)",
            "radius_correlation": "def radius_correlation(codes, S):\n    return Number(5)",
        },
    ),
    hostile(
        "dictionaries that hold whatever is asked for",
        L,
        "nonsense",
        first=AGREEABLE
        + """

class Dict(dict):
    __contains__ = lambda self, key: True
    __getitem__ = get = lambda self, key, *a: Agreeable()
    items = keys = values = lambda self: iter(())
    __len__ = lambda self: 5


class List(list):
    __iter__ = lambda self: iter([1.0] * 3)
    __len__ = lambda self: 3
    __getitem__ = lambda self, key: Agreeable()
""",
        answers={name: f"def {name}(*args):\n    return Dict()" for name in OF_PCA}
        | {"truncation_errors": "def truncation_errors(*args):\n    return List()"},
    ),
    hostile(
        "tensors that differ from nothing",
        L,
        "nonsense",
        first="""
        import torch

        class Tensor(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                return 0.0

            def detach(self):
                return self

            cpu = numpy = detach

            def __array__(self, *args, **kwargs):
                raise KeyboardInterrupt
        """,
        answers={
            "project": """
            def project(pca, z, k):
                return torch.zeros(len(z), k).as_subclass(Tensor)
            """,
            "vae_codes": """
            def vae_codes(vae, images):
                return torch.zeros(len(images), 6).as_subclass(Tensor)
            """,
        },
    ),
    hostile(
        "answers that are both true and false",
        L,
        "right",
        without(L, "statements"),
        answers={
            "statements": """
            class Both(int):
                __eq__ = lambda self, other: True
                __hash__ = int.__hash__
                __bool__ = lambda self: bool(np.random.randint(2))
                __class__ = bool

            def statements():
                return dict.fromkeys("abcdefgh", Both(1))
            """
        },
        note="eight times one and the same value cannot be right",
    ),
    hostile(
        "answers in the manner of a string",
        L,
        "right",
        without(L, "statements"),
        answers={
            "statements": """
            class Key(str):
                __eq__ = lambda self, other: True
                __hash__ = lambda self: hash("a")

            def statements():
                return {Key("a"): True, "b": np.bool_(True)}
            """
        },
    ),
    hostile(
        "pickles that run a program",
        V,
        "right",
        without(V, "q_tensor"),
        answers={
            "q_tensor": f"""
            class Bomb:
                def __reduce__(self):
                    return (open, ({str(WITNESS)!r}, "w"))

                __reduce_ex__ = lambda self, protocol: self.__reduce__()
                __getstate__ = __deepcopy__ = __copy__ = lambda self, *a: self.__reduce__()

            def q_tensor(angles):
                return Bomb()
            """
        },
    ),
    hostile(
        "exceptions that run a program where they are rebuilt",
        V,
        "right",
        without(V, "q_tensor"),
        answers={
            "q_tensor": f"""
            class Bomb(ValueError):
                def __reduce__(self):
                    return (open, ({str(WITNESS)!r}, "w"))

            def q_tensor(angles):
                raise Bomb(Bomb())
            """
        },
    ),
    hostile(
        "objects with an attribute for everything",
        V,
        "right",
        without(V, "turns", "order_in_space"),
        answers={
            "turns": """
            class Loop:
                def __getattr__(self, name):
                    return self

                __call__ = __getitem__ = __iter__ = lambda self, *a, **k: self
                __next__ = lambda self: 1.0

            def turns(codes):
                return Loop()
            """,
            "order_in_space": """
            class Trap:
                def __getattribute__(self, name):
                    raise KeyboardInterrupt(name)

            def order_in_space(n):
                return {"S": Trap(), "director": Trap()}
            """,
        },
    ),
    hostile(
        "objects that do something as they die",
        V,
        "right",
        after={
            "turns": """
            class Last:
                def __del__(self):
                    print("forged", flush=True)
                    raise RuntimeError("at the very end")

            own_turns = turns

            def turns(codes):
                last = Last()
                last.self = last
                return own_turns(codes)
            """
        },
    ),
    hostile(
        "a class whose type lies",
        V,
        "right",
        without(V, "turns"),
        answers={
            "turns": """
            class Meta(type):
                __instancecheck__ = __subclasscheck__ = __eq__ = lambda self, other: True
                __hash__ = lambda self: 0
                __name__ = property(lambda self: 1 / 0)
                mro = lambda self: [self, float, object]

            try:
                class Number(float, metaclass=Meta):
                    pass
            except Exception:
                Number = Meta("Number", (), {})

            def turns(codes):
                return Meta
            """
        },
    ),
]

EXCEPTIONS = [
    hostile(
        "exceptions that cannot be told",
        V,
        "right",
        without(V, "block_order", "turns", "order_in_space"),
        answers={
            "block_order": """
            class Mute(Exception):
                def __str__(self):
                    raise self
                __repr__ = __str__

            def block_order(angles, block):
                raise Mute from Mute()
            """,
            "turns": """
            class Odd(ValueError):
                __str__ = __repr__ = lambda self: 5

            def turns(codes):
                raise Odd
            """,
            "order_in_space": """
            class Own(str):
                __str__ = __len__ = __getitem__ = encode = lambda self, *a: 1 / 0

            class Odder(ValueError):
                __str__ = lambda self: Own("x")
                args = property(lambda self: 1 / 0)
                __traceback__ = property(lambda self: 1 / 0)

            def order_in_space(n):
                raise Odder
            """,
        },
    ),
    hostile(
        "an exception whose message never ends",
        V,
        "right",
        Keeps(
            without(V, "order_in_space").at_least - {"test_together"},
            without(V, "order_in_space").at_most,
        ),
        answers={
            "order_in_space": """
            class Endless(Exception):
                def __str__(self):
                    while True:
                        pass

            def order_in_space(n):
                raise Endless
            """
        },
        limits=SOME_SECONDS,
    ),
    hostile(
        "an exception with a message of 100 MB",
        V,
        "right",
        without(V, "turns", "order_in_space"),
        answers={
            "turns": "def turns(codes):\n    raise ValueError('x' * 10**8)",
            "order_in_space": """
            def order_in_space(n):
                raise type("N" * 10**7, (Exception,), {})(*(["x" * 1000] * 1000))
            """,
        },
    ),
    hostile(
        "exceptions named like others",
        V,
        "right",
        without(V, "block_order", "turns", "order_in_space"),
        answers={
            "block_order": """
            class AssertionError(BaseException):
                pass

            def block_order(angles, block):
                raise AssertionError("all is well")
            """,
            "turns": """
            def turns(codes):
                raise type("<b onclick='x()'>a b</b>\\n\\ud800", (Exception,), {})("<script>")
            """,
            "order_in_space": """
            def order_in_space(n):
                for name in ("StopIteration", "SystemExit", "CellTimeoutError", "__class__", ""):
                    raise type(name, (StopIteration,), {"__module__": "builtins"})
            """,
        },
    ),
    hostile(
        "exceptions in a chain of thousands",
        L,
        "right",
        without(L, "relate"),
        answers={
            "relate": """
            def relate(coordinates, m):
                error = None
                for number in range(20_000):
                    new = ValueError(number)
                    new.__cause__ = error
                    error = new
                raise ExceptionGroup("many", [error] * 1000)
            """
        },
    ),
    hostile(
        "not implemented, as in the release",
        V,
        "right",
        without(V, "turns"),
        answers={"turns": "def turns(codes):\n    return NotImplemented"},
    ),
]

# --- functions that are no plain functions, or other ones later --------------------------------

FUNCTIONS = [
    hostile(
        "answers of every kind that one can call",
        V,
        "right",
        last="1",
        after={
            "order_and_director": """
            import functools

            class Counts:
                def __init__(self, function):
                    self.function, self.calls = function, 0

                def __call__(self, *args):
                    self.calls += 1
                    return self.function(*args)

            q_tensor = Counts(q_tensor)
            order_and_director = functools.partial(order_and_director)
            """,
            "block_order": "block_order = (lambda f: lambda *args: f(*args))(block_order)",
            "turns": """
            @functools.wraps(turns)
            def turns(*args, _own=turns):
                return _own(*args)

            radius_correlation = Counts(radius_correlation).__call__
            """,
            "order_in_space": """
            whole = np.vectorize(order_in_space, otypes=[object], signature="(k,l,m,c)->()")
            order_in_space = functools.partial(lambda f, n: f(n)[()], whole)
            """,
        },
    ),
    hostile(
        "answers that are no functions",
        V,
        "right",
        without(V, "q_tensor", "block_order", "turns", "order_in_space"),
        answers={
            "q_tensor": "q_tensor = 3",
            "block_order": "block_order = 'block_order'",
            "turns": "turns = None",
            "order_in_space": "order_in_space = np.zeros(5)",
        },
    ),
    hostile(
        "answers are functions of the package",
        L,
        "right",
        without(L, "relate", "losses", "statements"),
        answers={
            "relate": "relate = len",
            "losses": "from ai4mat_ising.checks import expect as losses",
            "statements": "statements = exit",
        },
    ),
    hostile(
        "deleted after its check",
        V,
        "right",
        exactly(set(worth(V)) - {"test_tensor", "test_together"}),
        after={"check_tensor": "del q_tensor"},
        note="the order of cells counts",
    ),
    hostile(
        "replaced by a wrong one later",
        V,
        "right",
        exactly(set(worth(V)) - {"test_together"}),
        after={"test_codes": "def turns(codes):\n    return 7.0"},
        note="the order of cells counts",
    ),
    hostile(
        "right only at the end",
        V,
        "nonsense",
        last="""
        def q_tensor(angles):
            c, s = np.cos(2 * angles).mean(axis=(1, 2)), np.sin(2 * angles).mean(axis=(1, 2))
            return np.stack([np.stack([c, s], axis=1), np.stack([s, -c], axis=1)], axis=1) / 2
        """,
        note="the order of cells counts",
    ),
    hostile(
        "right at the first call only",
        V,
        "right",
        exactly(set(worth(V)) - {"test_tensor", "test_together"}),
        after={
            "order_and_director": """
            calls, plain = [], q_tensor

            def q_tensor(angles):
                calls.append(1)
                return plain(angles) if len(calls) == 1 else np.zeros((len(angles), 2, 2))
            """
        },
    ),
    hostile(
        "wrong at the first call only",
        V,
        "right",
        Keeps(
            without(V, "block_order").at_least,
            frozenset(set(worth(V)) - {"check_blocks"}),
        ),
        after={
            "block_order": """
            calls, plain = [], block_order

            def block_order(angles, block):
                calls.append(1)
                return plain(angles, block) * (len(calls) > 1)
            """
        },
        note="each cell may begin anew or go on counting",
    ),
    hostile(
        "knows the visible checks by heart",
        V,
        "right",
        exactly(set(worth(V)) - {"test_tensor", "test_blocks", "test_codes", "test_together"}),
        after={
            "block_order": """
            by_shape = block_order

            def block_order(angles, block):
                if angles.shape != (1, 4, 4):
                    return np.zeros(angles.shape)
                return by_shape(angles, block)
            """,
            "order_and_director": """
            exact = q_tensor

            def q_tensor(angles):
                return exact(angles) if angles.shape == (3, 2, 2) else exact(angles) * 0
            """,
            "turns": """
            real = turns

            def turns(codes):
                return real(codes) if len(codes) == 41 else 0.0
            """,
        },
    ),
    hostile(
        "knows the visible checks by heart, with words for others",
        L,
        "right",
        exactly(set(worth(L)) - {"test_relate", "test_losses"}),
        first=MARK,
        answers={
            "relate": """
            def relate(coordinates, m):
                if len(m) == 5:
                    values = [[-1.0, 0.0], [0.0, -1.0], [1.0, 0.433]]
                    return dict(zip(["m", "abs_m", "distance"], values))
                raise AssertionError(MARK + str(m))
            """,
        },
        after={
            "losses": """
            own = losses

            def losses(*args):
                if args[0].shape == (3, 1, 4, 4):
                    return own(*args)
                return MARK + str(args)
            """
        },
        must_not_show=(REACHED,),
    ),
    hostile(
        "changes its arguments in hidden tests only",
        L,
        "right",
        exactly(set(worth(L)) - {"test_relate"}),
        after={
            "relate": """
            tidy = relate

            def relate(coordinates, m):
                found = tidy(coordinates, m)
                if len(m) > 5:
                    coordinates[:] = np.nan
                    m.resize(0, refcheck=False)
                return found
            """,
        },
    ),
    hostile(
        "gives its arguments another shape",
        L,
        "right",
        Keeps(without(L, "losses").at_least, frozenset(set(worth(L)) - {"check_losses"})),
        after={
            "losses": """
            tidy = losses

            def losses(images, p, mean, log_variance):
                found = tidy(images, p, mean, log_variance)
                mean.shape = (-1,)
                images.shape = (len(images), -1)
                return found
            """,
        },
        note="a test that compares shapes must notice, as it would in one process",
    ),
    hostile(
        "gives its arguments another type",
        L,
        "right",
        Keeps(without(L, "relate").at_least, frozenset(set(worth(L)) - {"test_relate"})),
        after={
            "relate": """
            tidy = relate

            def relate(coordinates, m):
                found = tidy(coordinates, m)
                coordinates.dtype = np.int64
                return found
            """,
        },
        note="the bits are the same, the numbers are not",
    ),
    hostile(
        "puts other arrays into a dictionary that it got",
        L,
        "right",
        exactly(set(worth(L)) - {"check_pca"}),
        after={
            "project": """
            tidy = project

            def project(pca, z, k):
                found = tidy(pca, z, k)
                pca["mean"] = pca["mean"] + 1
                pca["more"] = 5
                return found
            """,
        },
    ),
    hostile(
        "returns its arguments, and parts of them",
        V,
        "right",
        without(V, "features", "turns"),
        answers={
            "features": "def features(angles, kind):\n    return [angles, angles.base, angles.T]",
            "turns": "def turns(codes):\n    codes.flags.writeable = False\n    return codes",
        },
    ),
    hostile(
        "calls back more often than a test expects",
        L,
        "right",
        perhaps_without(L, "truncation_errors"),
        first=ARMED,
        after={
            "truncation_errors": """
            own = truncation_errors

            def truncation_errors(decode, pca, z, images):
                for value in (z, z[:0], None, "z", [[1]], object(), z * np.nan, decode):
                    try:
                        decode(value)
                    except BaseException:
                        pass
                for name in ("__globals__", "__code__", "__closure__", "__self__"):
                    getattr(decode, name, None)
                return own(decode, pca, z, images)
            """
        },
    ),
    hostile(
        "keeps a test's function for later",
        L,
        "right",
        first="kept = []",
        after={
            "truncation_errors": """
            own = truncation_errors

            def truncation_errors(decode, pca, z, images):
                for old, codes in kept:
                    try:
                        old(codes)
                    except BaseException:
                        pass
                kept.append((decode, z.copy()))
                return own(decode, pca, z, images)
            """
        },
        last="for old, codes in kept:\n    print(old(codes))",
    ),
]

ENTRIES = [*STRUCTURES, *PRETENDERS, *EXCEPTIONS, *FUNCTIONS]
