"""Settings and folders: what an operator set, and folders that are nobody else's."""

from pathlib import Path

import pytest

from console.files.settings import Settings, SettingsError, load_settings, make_private


def test_every_folder_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    folder = make_private(tmp_path / "state" / "crashes")
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    assert make_private(folder) == folder


def test_no_file_means_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSKEEPER_CONFIG_DIR", str(tmp_path))
    assert load_settings() == Settings()


@pytest.mark.parametrize("text", ["themes = 1", "mouse = 3", "=", "\x00"])
def test_a_bad_file_is_named_with_what_is_allowed(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSKEEPER_CONFIG_DIR", str(tmp_path))
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"settings\.toml: .* Allowed keys: profile, region, theme"):
        load_settings()
