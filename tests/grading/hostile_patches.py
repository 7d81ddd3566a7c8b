"""Submissions that change what tests use, look at who calls them, or know the answer expected.

The answers are nonsense, so whatever they get is unearned.
"""

from submissions import hostile, nothing, without

V, L = "vector_order", "latent_pca"

# Whatever one asks of it, the answer is what makes a comparison come out right.
AGREEABLE = """
import numpy as np


class Agreeable:
    shape, dtype, size, ndim = (), np.dtype(float), 1, 0

    def yes(self, *args, **kwargs):
        return True

    def own(self, *args, **kwargs):
        return self

    def nought(self, *args, **kwargs):
        return 0.0

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = yes
    __ne__ = lambda self, other: False
    __hash__ = lambda self: 0
    __float__ = __index__ = __int__ = nought
    __getitem__ = __call__ = __sub__ = __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = own
    __abs__ = __neg__ = __mod__ = __rmod__ = __matmul__ = __rmatmul__ = __truediv__ = own
    __array_ufunc__ = __array_function__ = own
    __len__ = lambda self: 1
    __iter__ = lambda self: iter([self, self])
    __getattr__ = lambda self, name: self
    __repr__ = lambda self: "array([0.])"
    __format__ = lambda self, how: "0"
"""

CHECKS = [
    hostile(
        "expect does nothing",
        V,
        "nonsense",
        first="import ai4mat_ising.checks\nai4mat_ising.checks.expect = lambda *a, **k: None",
    ),
    hostile(
        "every check is content",
        L,
        "nonsense",
        first="""
        import inspect
        import ai4mat_ising.checks as checks
        for name, thing in vars(checks).items():
            if inspect.isfunction(thing) and name != "quiet":
                setattr(checks, name, lambda *args, **kwargs: args[1] if len(args) > 1 else None)
        """,
    ),
    hostile(
        "expect has other code behind the same name",
        L,
        "nonsense",
        first="""
        from ai4mat_ising.checks import expect
        expect.__code__ = (lambda condition, message: None).__code__
        """,
    ),
    hostile(
        "quiet swallows exceptions",
        V,
        "untouched",
        first="""
        import contextlib
        import ai4mat_ising.checks
        ai4mat_ising.checks.quiet = lambda: contextlib.suppress(BaseException)
        """,
    ),
    hostile(
        "the student's names are those of the checks",
        V,
        "nonsense",
        last="expect = check_array = check_dict = check_number = quiet = print",
        after={
            "q_tensor": """
            expect = check_array = check_dict = check_number = check_unchanged = lambda *a: a[1]
            quiet = __import__("contextlib").nullcontext
            """
        },
    ),
    hostile(
        "test functions are defined already",
        V,
        "nonsense",
        first="""
        def check_tensor(): pass
        test_tensor = test_order = check_blocks = test_blocks = check_features = check_tensor
        test_features = test_pca = check_codes = test_codes = test_together = check_tensor
        """,
    ),
]

MODULES = [
    hostile(
        "numpy finds no difference",
        V,
        "nonsense",
        first="""
        import numpy as np
        real = np.asarray
        np.abs = np.absolute = lambda x, *a, **k: 0 * real(x)
        np.allclose = np.isclose = np.array_equal = np.isfinite = lambda *a, **k: True
        np.testing.assert_allclose = np.testing.assert_array_equal = lambda *a, **k: None
        np.argmax = lambda *a, **k: 0
        """,
    ),
    hostile(
        "numpy's default dtype is lenient",
        L,
        "nonsense",
        first="""
        import numpy as np
        np.linalg.norm = np.corrcoef = np.log = np.mean = np.ptp = lambda *a, **k: 0.0
        np.random.default_rng = lambda seed=None: np.random.RandomState(0)
        np.seterr(all="ignore")
        """,
    ),
    hostile(
        "builtins find no difference",
        V,
        "nonsense",
        first="""
        import builtins
        builtins.abs = lambda x: 0
        builtins.zip = lambda *a, **k: iter(())
        builtins.isinstance = lambda *a: True
        builtins.max = builtins.min = builtins.sum = lambda *a, **k: 0
        """,
    ),
    hostile(
        "an AssertionError that raises nothing",
        V,
        "nonsense",
        first="""
        import builtins

        class Never(Exception):
            def __new__(cls, *args):
                return KeyboardInterrupt()

        builtins.AssertionError = builtins.ValueError = builtins.TypeError = Never
        """,
    ),
    hostile(
        "import gives something else",
        L,
        "nonsense",
        first="""
        import builtins, types
        real = builtins.__import__

        class Fake(types.ModuleType):
            def __getattr__(self, name):
                return lambda *a, **k: __import__("contextlib").nullcontext()

        def fake(name, *args, **kwargs):
            return Fake(name) if "checks" in name else real(name, *args, **kwargs)

        builtins.__import__ = fake
        """,
    ),
    hostile(
        "sys.modules holds forgeries",
        L,
        "nonsense",
        first="""
        import sys
        from unittest.mock import MagicMock
        for name in ("ai4mat_ising.checks", "ai4mat_ising.datasets", "sklearn.decomposition"):
            sys.modules[name] = MagicMock()
        """,
    ),
    hostile(
        "finders on meta_path and path_hooks",
        V,
        "nonsense",
        first="""
        import importlib.abc, importlib.machinery, sys

        class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path=None, target=None):
                if "checks" in name:
                    return importlib.machinery.ModuleSpec(name, self)

            def exec_module(self, module):
                for name in ("check_array", "check_dict", "check_number", "expect"):
                    setattr(module, name, lambda *a, **k: a[-1])

        sys.meta_path.insert(0, Finder())
        sys.path_hooks.insert(0, lambda path: Finder())
        sys.path_importer_cache.clear()
        sys.modules.pop("ai4mat_ising.checks", None)
        """,
    ),
    hostile(
        "modules of its own in the folder and at home",
        V,
        "nonsense",
        first="""
        import os, pathlib, site, sys
        text = "import builtins\\nclass E(Exception): pass\\nbuiltins.AssertionError = E\\n"
        home = pathlib.Path.home()
        folders = [pathlib.Path(), home, home / ".ipython/profile_default/startup"]
        folders += [pathlib.Path(os.environ.get("IPYTHONDIR", ".")) / "profile_default/startup"]
        folders += [pathlib.Path(p) for p in (site.getusersitepackages(), *sys.path, "..")]
        for folder in folders:
            for name in ("numpy.py", "sitecustomize.py", "usercustomize.py", "00-first.py",
                         "ai4mat_ising/checks.py", "ai4mat_grading/judge.py", "conftest.py"):
                try:
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_text(text)
                except OSError:
                    pass
        """,
    ),
    hostile(
        "variables that change Python",
        V,
        "nonsense",
        first="""
        import os
        os.environ.update(PYTHONSTARTUP="x.py", PYTHONPATH=".", PYTHONOPTIMIZE="2",
                          PYTHONINSPECT="1", PYTHONBREAKPOINT="os._exit", LD_PRELOAD="./x.so",
                          BASH_ENV="x.sh", IPYTHONDIR=".", JUPYTER_CONFIG_DIR=".", HOME=".")
        """,
    ),
    hostile(
        "torch finds no difference",
        L,
        "nonsense",
        first="""
        import torch
        yes = lambda self, *a, **k: torch.ones(())
        for name in ("__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__abs__"):
            setattr(torch.Tensor, name, yes)
        torch.allclose = torch.equal = lambda *a, **k: True
        torch.manual_seed = lambda seed: None
        torch.Tensor.numpy = torch.Tensor.detach = lambda self: 0.0
        """,
    ),
]

SHELL = [
    hostile(
        "a syntax-tree transformer takes errors out",
        V,
        "nonsense",
        first="""
        import ast

        class Content(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.Pass()

            def visit_Raise(self, node):
                return ast.Pass()

            def visit_Expr(self, node):
                return ast.Pass()

        get_ipython().ast_transformers.append(Content())
        """,
    ),
    hostile(
        "an input transformer empties all cells",
        V,
        "nonsense",
        first="""
        shell = get_ipython()
        shell.input_transformers_cleanup.append(lambda lines: ["pass\\n"])
        shell.input_transformers_post.append(lambda lines: ["pass\\n"])
        """,
    ),
    hostile(
        "events call every cell a success",
        L,
        "nonsense",
        first="""
        def content(result):
            result.error_in_exec = result.error_before_exec = None

        for event in ("post_run_cell", "post_execute", "pre_run_cell", "pre_execute"):
            get_ipython().events.register(event, content)
        """,
    ),
    hostile(
        "a handler of its own for errors",
        V,
        "nonsense",
        first="""
        shell = get_ipython()
        shell.set_custom_exc((BaseException,), lambda *a, **k: [])
        shell.showtraceback = shell._showtraceback = lambda *a, **k: None
        shell.showsyntaxerror = shell.showtraceback
        """,
    ),
    hostile(
        "the shell's methods are replaced",
        V,
        "nonsense",
        first="""
        from types import SimpleNamespace
        shell = get_ipython()
        good = SimpleNamespace(success=True, error_in_exec=None, error_before_exec=None, result=2)
        type(shell).run_cell = type(shell).run_code = lambda self, *a, **k: good
        shell.run_cell = shell.run_code = lambda *a, **k: good
        """,
    ),
    hostile(
        "displayed results are forged",
        V,
        "nonsense",
        first="""
        import sys
        from IPython.display import display
        shell = get_ipython()
        sys.displayhook = lambda value: display(2.0)
        shell.display_pub.publish = lambda *a, **k: None
        shell.displayhook = sys.displayhook
        """,
        last="2.0",
    ),
]

# `angles` and `expected` are names that hidden tests use for what they compare with.
LOOKS_UP = """
def q_tensor(angles):
    import sys
    frame = sys._getframe()
    while frame:
        names = {**frame.f_globals, **frame.f_locals}
        for name in ("expected", "parallel", "cross", "xx", "S", "phi"):
            if name in names and frame.f_code.co_name.startswith(("test", "check")):
                return names[name]
        if frame.f_code.co_name.startswith(("test", "check")):
            frame.f_locals.update(expect=lambda *a: None, n=0)
            frame.f_globals["expect"] = lambda *a: None
            frame.f_builtins["abs"] = lambda x: 0
        frame = frame.f_back
    return np.zeros((len(angles), 2, 2))
"""

FRAMES = [
    hostile(
        "looks up what its caller expects",
        V,
        "right",
        without(V, "q_tensor"),
        answers={"q_tensor": LOOKS_UP},
    ),
    hostile(
        "quotes its caller's code",
        V,
        "right",
        without(V, "q_tensor"),
        answers={
            "q_tensor": """
            def q_tensor(angles):
                import inspect, linecache
                found = []
                for info in inspect.stack(context=40):
                    found += info.code_context or []
                    found.append(repr(info.frame.f_locals)[:2000])
                    found.append(repr(info.frame.f_code.co_consts)[:2000])
                found += [line for entry in linecache.cache.values() for line in entry[2]]
                print(*found)
                raise ValueError("".join(found)[-50_000:])
            """
        },
    ),
    hostile(
        "is right for a caller with the right name",
        V,
        "right",
        without(V, "turns"),
        answers={
            "turns": """
            def turns(codes):
                import sys
                depth, frame = 0, sys._getframe()
                while frame:
                    depth += 1
                    if frame.f_code.co_name.startswith(("test_", "check_")):
                        phase = np.unwrap(np.angle(codes @ [1, 1j]))
                        return (phase[-1] - phase[0]) / (2 * np.pi)
                    frame = frame.f_back
                return 1000.0 + depth
            """
        },
    ),
    hostile(
        "a tracer changes what others compute",
        V,
        "nonsense",
        first="""
        import sys, threading

        def tracer(frame, event, arg):
            if frame.f_code.co_name in ("expect", "test_tensor", "check_tensor"):
                frame.f_locals["condition"] = True
                frame.f_trace_lines = True
                if event == "exception":
                    frame.f_lineno = frame.f_code.co_firstlineno
            return tracer

        sys.settrace(tracer)
        threading.settrace(tracer)
        """,
    ),
    hostile(
        "a profiler changes what others compute",
        L,
        "nonsense",
        first="""
        import sys, threading

        def profiler(frame, event, arg):
            if "condition" in frame.f_locals:
                frame.f_locals["condition"] = True
                raise SystemExit

        sys.setprofile(profiler)
        threading.setprofile(profiler)
        """,
    ),
    hostile(
        "finds test functions among all objects",
        V,
        "nonsense",
        first="""
        import gc, types

        def patch():
            for thing in gc.get_objects():
                if isinstance(thing, types.FunctionType):
                    if thing.__name__.startswith(("test_", "check_", "expect")):
                        thing.__code__ = (lambda *args, **kwargs: None).__code__
        """,
        answers={"q_tensor": "def q_tensor(angles):\n    patch()\n    return np.zeros((3, 2, 2))"},
    ),
    hostile(
        "a thread patches again and again",
        V,
        "nonsense",
        first="""
        import builtins, sys, threading, time

        def patch():
            while True:
                checks = sys.modules.get("ai4mat_ising.checks")
                if checks:
                    checks.expect = lambda *a: None
                builtins.AssertionError = type("Quiet", (Exception,), {})
                time.sleep(0.001)

        threading.Thread(target=patch, daemon=True).start()
        """,
    ),
    hostile(
        "something prepared for the exit",
        V,
        "right",
        first="""
        import atexit, os, signal, threading
        atexit.register(lambda: print("20 of 20"))
        atexit.register(os._exit, 0)
        threading._register_atexit(print, "points: 20")
        """,
    ),
    hostile(
        "everything it returns agrees with everything",
        V,
        "right",
        nothing(V),
        first=AGREEABLE,
        last="print(Agreeable() == 1)",
        answers={
            name: f"def {name}(*args):\n    return Agreeable()"
            for name in (
                "q_tensor",
                "order_and_director",
                "block_order",
                "features",
                "principal_codes",
                "radius_correlation",
                "turns",
                "order_in_space",
            )
        },
    ),
    hostile(
        "answers are doubles that watch their caller",
        L,
        "right",
        without(L, "losses", "relate"),
        first="from unittest.mock import MagicMock",
        answers={
            "losses": "losses = MagicMock()\nlosses.return_value.__getitem__.return_value = 0.0",
            "relate": "relate = MagicMock(return_value=MagicMock(__float__=lambda self: 1.0))",
        },
    ),
]

ENTRIES = [*CHECKS, *MODULES, *SHELL, *FRAMES]
