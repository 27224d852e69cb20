"""Every word that a person reads, one catalogue per language.

A catalogue is a directory of TOML files beside this module, named after its language (``en``,
``nl``); a file holds the texts of one subject: ``statement``, ``alerts``, ``page``, ``dashboards``,
``rules``, ``runbooks``, ``terms``. A text is found by its path, ``statement.title``, and may hold
fields in braces. What depends on a number has two texts, ``one`` and ``other``. To add a language
is to add a directory: a test holds that none lacks a text or a field that another has. Texts that
are new in English wait for their translation in ``untranslated``, which `.ci/regenerate` writes.
"""

from streams.texts.catalogue import DEFAULT, Texts, languages, spoken, texts

__all__ = ["DEFAULT", "Texts", "languages", "spoken", "texts"]
