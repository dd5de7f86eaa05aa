"""Where the shipped templates are, in a wheel and in a developer's tree."""

from pathlib import Path

from engine.problems import Code, NotFound
from engine.text import nearest

NO_TEMPLATE = Code(
    "template.not_found",
    zh="没有名为“{name}”的模板，也没有这个文件夹",
    en="There is no template “{name}”, and no such folder",
    hint_zh="可用模板：{known}",
    hint_en="Templates: {known}",
)

_HERE = Path(__file__).resolve().parent
_PLACES = (_HERE / "_templates", _HERE.parent / "templates")


def templates() -> dict[str, Path]:
    """Return the shipped templates by name."""
    root = next(place for place in _PLACES if place.is_dir())
    return {folder.name: folder for folder in sorted(root.iterdir()) if (folder / "app.json").exists()}


def template_folder(name: str) -> Path:
    """Return the folder of a shipped template, or of an app of one's own. NotFound for neither."""
    known = templates()
    if name in known:
        return known[name]
    if (Path(name) / "app.json").exists():
        return Path(name)
    close = nearest(name, known) or list(known)
    raise NotFound(NO_TEMPLATE.at("", name=name, known=", ".join(close)))
