"""/v1/rfps/{id}/checks."""

from __future__ import annotations

from attrs import frozen

from entrypoints.api.documents.rfp_checks import RfpCheckDocument, RfpCheckWords
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class RfpCheckCalls(Calls):
    """`RfpChecks` of a server."""

    def check(self, rfp_id: str, words: RfpCheckWords) -> RfpCheckDocument:
        return self._post(path("rfps", rfp_id, "checks"), RfpCheckDocument, words, repeatable=True)
