"""Files of a policy as text: UTF-8, or refused by name before anything of them is read."""

from collections.abc import Mapping

from creditline.errors import Code, PolicyInvalid


def require_text(files: Mapping[str, bytes]) -> None:
    """Raise `PolicyInvalid` naming a file that is no UTF-8, and the byte that is not."""
    for name, body in files.items():
        try:
            body.decode()
        except UnicodeDecodeError as wrong:
            raise PolicyInvalid(
                f"{name} is no text in UTF-8: {wrong.reason} at byte {wrong.start}. Save it as UTF-8.",
                code=Code.POLICY_INVALID,
            ) from None
