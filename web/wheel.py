"""What hatchling does besides for a wheel: it builds the pages and takes them along."""

import importlib.util
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PagesHook(BuildHookInterface[Any]):
    """Build the pages before a wheel is packed; an editable installation and CREDITLINE_WITHOUT_PAGES=1 go without."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and name what was built, which git ignores and hatchling therefore would."""
        if version == "editable" or os.environ.get("CREDITLINE_WITHOUT_PAGES"):
            return
        where = Path(self.root) / "web" / "build.py"
        named = importlib.util.spec_from_file_location("build_pages", where)
        assert named is not None
        assert named.loader is not None
        module = importlib.util.module_from_spec(named)
        named.loader.exec_module(module)
        module.build()
        build_data["artifacts"].append("creditline/edge/built/**")
