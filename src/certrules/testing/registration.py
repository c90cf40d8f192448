"""Registration: Hypothesis learns of the types of certrules, so that ``st.from_type`` draws them.

Hypothesis calls :func:`register` by an entry point, as soon as it is imported. So only the model is
imported here; strategies are imported when a type is first drawn.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from attrs import has

from certrules import model
from certrules.workflows.platform import Platform


def public_types() -> list[type[Any]]:
    """Return the classes of values that the modules of the model make public, and Platform."""
    modules = [
        import_module(each.name) for each in iter_modules(model.__path__, "certrules.model.")
    ]
    return [
        *(
            each
            for module in modules
            if module.__name__ != "certrules.model.values"  # which are what annotates fields
            for name, each in vars(module).items()
            if isinstance(each, type)
            and each.__module__ == module.__name__
            and not name.startswith("_")
            and (has(each) or hasattr(each, "_fields"))
        ),
        Platform,
    ]


def register() -> None:
    """Register the strategy of each public type."""
    from hypothesis.strategies import register_type_strategy

    for each in public_types():
        register_type_strategy(each, _values)


def _values(kind: Any) -> Any:
    from certrules.testing.values import values

    return values(kind)
