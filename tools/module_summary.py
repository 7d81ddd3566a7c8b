"""Tables of what modules hold: a Sphinx extension with the directive `module-summary`."""

import importlib
import re

from docutils.parsers.rst import directives
from sphinx.ext.autosummary import Autosummary


def setup(app):
    """Tell Sphinx what the extension adds."""
    app.setup_extension("sphinx.ext.autosummary")
    app.add_directive("module-summary", ModuleSummary)
    return {"parallel_read_safe": True}


class ModuleSummary(Autosummary):
    """Autosummary of the module that is its argument: all public names, or those of `members`."""

    has_content = False
    required_arguments = 1
    option_spec = Autosummary.option_spec | {"members": directives.unchanged}

    def run(self):
        """Return the table."""
        (module,) = self.arguments
        self.options["nosignatures"] = None
        members = self.options.get("members")
        names = re.split(r",\s*", members) if members else public_names(module)
        self.content = [f"~{module}.{name}" for name in names]
        return super().run()


def public_names(name):
    """Return what `automodule` documents of a module: what `__all__` names, or is defined there."""
    module = importlib.import_module(name)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        key
        for key, value in vars(module).items()
        if not key.startswith("_")
        and getattr(value, "__module__", None) == name
        and callable(value)
        and value.__doc__
    ]
