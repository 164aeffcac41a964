"""What a notebook may be told: read from its own `parameters` cell, and checked before anything runs."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

from custservice.choice import DAYS, day_of
from custservice.errors import ReportError, did_you_mean

_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


def read_parameters(notebook: Path) -> type[BaseModel]:
    """Return a model of a notebook's parameters: names, types and defaults of the cell tagged ``parameters``.

    Raises
    ------
    ReportError
        The notebook is missing, has no such cell, or a parameter has no type.
    """
    if not notebook.exists():
        raise ReportError(f"There is no notebook {notebook.name} in {notebook.parent}.")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = ["".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise ReportError(f"{notebook.name} has {len(tagged)} cells tagged 'parameters'; it needs exactly one.")
    from pydantic import ConfigDict, create_model

    fields: dict[str, Any] = {}
    for line in ast.parse(tagged[0]).body:
        if not (isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value is not None):
            raise ReportError(
                f"{notebook.name}: line {line.lineno} of the parameters cell is not 'name: type = value'."
            )
        kind = _TYPES.get(ast.unparse(line.annotation))
        if kind is None:
            raise ReportError(f"{notebook.name}: '{line.target.id}' must have one of the types {', '.join(_TYPES)}.")
        fields[line.target.id] = (kind, ast.literal_eval(line.value))
    return create_model(notebook.stem, __config__=ConfigDict(extra="forbid", strict=True), **fields)


def check_parameters(notebook: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all parameters of a notebook, those given and the defaults of the others.

    Raises
    ------
    ReportError
        An unknown name, a wrong type, or a day that is none; the sentence shows what is allowed.
    """
    from pydantic import ValidationError

    model = read_parameters(notebook)
    try:
        checked = model(**given).model_dump()
        return {name: day_of(value, name) if name in DAYS else value for name, value in checked.items()}
    except ValidationError as bad:
        first = bad.errors()[0]
        name = str(first["loc"][0])
        if first["type"] == "extra_forbidden":
            hint = did_you_mean(name, model.model_fields)
            raise ReportError(f"{notebook.name} has no parameter '{name}'{hint}.") from None
        kind = getattr(model.model_fields[name].annotation, "__name__", "value")
        raise ReportError(f"{notebook.name}: parameter '{name}' must be {kind}, not {given[name]!r}.") from None
