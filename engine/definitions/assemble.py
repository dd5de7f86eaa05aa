"""Puts an app together: modules, own objects, overlays, profile, words."""

import copy
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.definitions.app import App
from engine.definitions.checks.schemas import file_checker
from engine.definitions.overlay import overlay
from engine.definitions.schemas import FILES
from engine.definitions.source import Source, load_folder
from engine.definitions.trimming import keep_levels, trim
from engine.problems import Code, Problem, Rejected, pointer
from engine.text import Words, nearest

UNKNOWN_MODULE = Code(
    "app.unknown_module",
    zh="没有名为“{module}”的模块",
    en="There is no module “{module}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
MISSING_MODULE = Code(
    "app.missing_module",
    zh="模块“{module}”需要模块“{needs}”，但应用没有列出它",
    en="Module “{module}” needs module “{needs}”, which the app does not list",
    hint_zh="在 app.json 的 modules 里加上“{needs}”",
    hint_en="Add “{needs}” to modules in app.json",
)
TWICE = Code(
    "app.object_twice",
    zh="“{object}”在“{first}”和“{second}”里都有",
    en="“{object}” comes from both “{first}” and “{second}”",
    hint_zh="要修改模块里的对象，请写在 overlays 里",
    hint_en="To change an object of a module, write it under overlays",
)
UNKNOWN_FORM = Code(
    "app.unknown_form",
    zh="安装方案要关闭的表单“{form}”不存在",
    en="The profile switches off a form “{form}” that does not exist",
    hint_zh="相近的表单：{nearest}",
    hint_en="Close to it: {nearest}",
)
UNKNOWN_OVERLAY = Code(
    "app.unknown_overlay",
    zh="要覆盖的对象“{object}”不存在",
    en="There is no object “{object}” to lay over",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
UNKNOWN_PROFILE = Code(
    "app.unknown_profile",
    zh="没有名为“{profile}”的安装方案",
    en="There is no profile “{profile}”",
    hint_zh="可选：{profiles}",
    hint_en="Choose one of: {profiles}",
)
UNKNOWN_WORD = Code(
    "app.unknown_word",
    zh="文字里用到了没有定义的叫法“{word}”",
    en="A text uses the word “{word}”, which is not defined",
    hint_zh="在 app.json 的 words 里加上它",
    hint_en="Add it to words in app.json",
)

OBJECT_KINDS = tuple(kind for kind in FILES.all() if kind not in ("app", "module"))


def load_template(folder: str | Path, profile: str | None = None) -> App:
    """Return the app in `folder`; its modules lie in the folder `shared` beside it. Raise Rejected."""
    source = load_folder(folder)
    return assemble(source, load_modules(source, Path(folder).parent / "shared"), profile)


def load_modules(source: Source, shared: str | Path) -> dict[str, Source]:
    """Return the sources of the modules that `source` lists and that `shared` has. Raise Rejected."""
    found: dict[str, Source] = {}
    problems: list[Problem] = []
    listed = source.get("app", {}).get("modules", ())
    for module in listed if isinstance(listed, list) else ():
        folder = Path(shared) / str(module)
        # A key only, never a path: app.json may come from a stranger.
        if re.fullmatch(r"[a-z][a-z0-9_]*", str(module)) and folder.is_dir():
            try:
                found[module] = load_folder(folder)
            except Rejected as rejected:
                problems.extend(problem.under(pointer("modules", module)) for problem in rejected.problems)
    if problems:
        raise Rejected(problems)
    return found


def assemble(source: Source, modules: Mapping[str, Source], profile: str | None = None) -> App:
    """Return the whole app. Raise Rejected with all problems of putting it together.

    `profile` chooses the modules that are switched on; None: the manifest's `profile`, else all.
    """
    manifest = source.get("app", {})
    problems = _unreadable(manifest, modules)
    if problems:
        raise Rejected(problems)
    listed = _listed_modules(manifest, modules, problems)
    objects, origin = _collect(source, {key: modules[key] for key in listed}, problems)
    for place, change, path in _overlays(source):
        kind, _, key = place.partition("/")
        if key in objects.get(kind, {}):
            objects[kind][key] = overlay(objects[kind][key], change, path, problems)
        else:
            known = [f"{k}/{o}" for k, found in objects.items() for o in found]
            problems.append(UNKNOWN_OVERLAY.at(path, object=place, nearest=_close(place, known)))
    on = _switched_on(manifest, listed, profile, problems)
    unused = _unused_forms(manifest, profile, objects["forms"], problems)
    words = _words(manifest, [modules[key] for key in listed])
    trim(objects, origin, set(listed) - set(on), unused)
    levels = _profile(manifest, profile).get("levels")
    if levels:
        keep_levels(objects, frozenset(levels))
    for kind, found in objects.items():
        for key in found:
            found[key] = _say(found[key], words, pointer(kind, key), problems)
    if problems:
        raise Rejected(problems)
    kept = {name: value for name, value in manifest.items() if name != "overlays"}
    return App(kept, objects, tuple(on), words)


def _unreadable(manifest: Mapping[str, Any], modules: Mapping[str, Source]) -> list[Problem]:
    # What steers the assembling must be right before it starts; all else is checked on the whole app.
    problems = list(file_checker("app").problems(manifest, pointer("app")))
    for key, module in modules.items():
        if "module" in module:
            problems.extend(file_checker("module").problems(module["module"], pointer("modules", key)))
    return problems


def _listed_modules(
    manifest: Mapping[str, Any], modules: Mapping[str, Source], problems: list[Problem]
) -> list[str]:
    listed = [str(module) for module in manifest.get("modules", ())]
    for index, module in enumerate(listed):
        path = pointer("app", "modules", index)
        if module not in modules:
            problems.append(UNKNOWN_MODULE.at(path, module=module, nearest=_close(module, list(modules))))
            continue
        for needed in modules[module].get("module", {}).get("needs", ()):
            if needed not in listed:
                problems.append(MISSING_MODULE.at(path, module=module, needs=needed))
    return [module for module in dict.fromkeys(listed) if module in modules]


def _collect(
    source: Source, modules: Mapping[str, Source], problems: list[Problem]
) -> tuple[dict[str, dict[str, dict[str, Any]]], dict[str, str]]:
    # Origin: which module an object came from, "" for the app's own.
    objects: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in OBJECT_KINDS}
    origin: dict[str, str] = {}
    for module, objects_of in [*modules.items(), ("", source)]:
        for place, one in objects_of.items():
            kind, _, key = place.partition("/")
            if kind not in objects or "/" in key:
                continue
            if place in origin:
                names = {"first": origin[place] or "app", "second": module or "app"}
                problems.append(TWICE.at(pointer(kind, key), object=place, **names))
            origin[place] = module
            objects[kind][key] = copy.deepcopy(one)
    return objects, origin


def _overlays(source: Source) -> Iterator[tuple[str, Any, str]]:
    written = source.get("app", {}).get("overlays", {})
    for place, change in written.items() if isinstance(written, Mapping) else ():
        yield place, change, pointer("app", "overlays", place)
    for place, change in source.items():
        if place.startswith("overlays/"):
            kept = {name: value for name, value in change.items() if name != "key"}
            yield place.removeprefix("overlays/"), kept, pointer(*place.split("/"))


def _switched_on(
    manifest: Mapping[str, Any], listed: list[str], profile: str | None, problems: list[Problem]
) -> list[str]:
    chosen = profile or manifest.get("profile")
    profiles = manifest.get("profiles", {})
    if chosen is None or (chosen == "standard" and chosen not in profiles):
        return listed
    if chosen not in profiles:
        names = ", ".join(profiles) or "–"
        problems.append(UNKNOWN_PROFILE.at(pointer("app", "profiles"), profile=chosen, profiles=names))
        return listed
    wanted = profiles[chosen].get("modules", "all")
    if wanted == "all":
        return listed
    for index, module in enumerate(wanted):
        if module not in listed:
            path = pointer("app", "profiles", chosen, "modules", index)
            problems.append(UNKNOWN_MODULE.at(path, module=module, nearest=_close(module, listed)))
    return [module for module in listed if module in wanted]


def _profile(manifest: Mapping[str, Any], profile: str | None) -> Mapping[str, Any]:
    """Return what the profile taken says; nothing for one that is not there."""
    found: Mapping[str, Any] = manifest.get("profiles", {}).get(profile or manifest.get("profile") or "", {})
    return found


def _unused_forms(
    manifest: Mapping[str, Any],
    profile: str | None,
    forms: Mapping[str, Any],
    problems: list[Problem],
) -> set[str]:
    """Return the single forms that the profile does without, whatever module they are of."""
    chosen = profile or manifest.get("profile") or ""
    said = _profile(manifest, profile).get("off", ())
    for index, key in enumerate(said):
        if key not in forms:
            path = pointer("app", "profiles", chosen, "off", index)
            problems.append(UNKNOWN_FORM.at(path, form=key, nearest=_close(key, list(forms))))
    return {key for key in said if key in forms}


def _words(manifest: Mapping[str, Any], modules: list[Source]) -> dict[str, Words]:
    words: dict[str, Words] = {}
    for module in modules:
        words.update(module.get("module", {}).get("words", {}))
    words.update(manifest.get("words", {}))
    return words


# Not doubled braces: those are texts for jinja.
_WORD = re.compile(r"(?<!\{)\{([a-z][a-z0-9_]*?)_label\}(?!\})")


def _say(value: Any, words: Mapping[str, Words], path: str, problems: list[Problem]) -> Any:
    # Only inside {"zh", "en"} objects: elsewhere braces are formulas.
    if isinstance(value, dict):
        if value and value.keys() <= {"zh", "en"}:
            return {lang: _fill(text, lang, words, path, problems) for lang, text in value.items()}
        return {name: _say(item, words, path + pointer(name), problems) for name, item in value.items()}
    if isinstance(value, list):
        return [_say(item, words, f"{path}/{index}", problems) for index, item in enumerate(value)]
    return value


def _fill(text: Any, lang: str, words: Mapping[str, Words], path: str, problems: list[Problem]) -> Any:
    if not isinstance(text, str) or "_label}" not in text:
        return text

    def word(found: re.Match[str]) -> str:
        said = words.get(found.group(1))
        if said is None:
            problems.append(UNKNOWN_WORD.at(path + pointer(lang), word=found.group(1)))
            return found.group()
        return said.get(lang) or said.get("zh", "")

    return _WORD.sub(word, text)


def _close(word: str, among: list[str]) -> str:
    return ", ".join(nearest(word, among)) or "–"
