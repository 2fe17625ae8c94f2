"""Ordinary words that sentences of answers begin with: capitalised there, and no names."""

from __future__ import annotations

_WORDS = """
a about above access according account accounts additional additionally administrators after agents all alternatively
although always among an analysis and annual another answers any anyone apart applications approval apps are as at
audit audits authentication authorisation authorization availability available backup backups because before below
besides best between both buyers by can cases certificates certification changes clients cloud communication companies
compliance connections contracts copies costs critical currently customer customers data databases deletion deployment
depending detailed details devices documentation documents does due during each either emails employees encryption
engineers environments errors even every everyone everything evidence existing exports external files finally first
following for from full further furthermore generally given hence here hosting however if important in incident
incidents including individual information infrastructure initial integration integrations interfaces internal invoices
is issues it its keys licences licenses logs maintenance many measures meanwhile members messages mobile monitoring
more moreover most multiple networks new no nobody none normally not nothing notice now of office on once one only
operation operations optional or other our out over partners passwords patches payment payments penalties people per
personal planned please policies policy price prices prior privacy processes production proposals provided provisioning
questions records recovery regular regularly releases reports requests requirements reserved response restores results
retention reviews rights risks roles routine second security sensitive servers service services several shared sign
similarly since single so software some staff standard storage subcontractors such support systems teams terms test
testing tests that the their then there therefore these they this those through thus to together traffic training two
under unless until updates upgrades upon usage users using usually via vulnerabilities we what when where whether which
while who why with within without work workflows yes you your
two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety
apply check choose click contact follow open see select send use write yearly monthly daily weekly quarterly
"""
FIRST_WORDS = frozenset(_WORDS.split())
