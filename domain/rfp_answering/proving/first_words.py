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
incidents including individual information infrastructure initial integration integrations interfaces internal
invoices is issues it its keys licences licenses logs maintenance many measures meanwhile members messages mobile
monitoring more moreover most multiple networks new no nobody none normally not nothing notice now of office on once
one only operation operations optional or other our out over partners passwords patches payment payments penalties
people per personal planned please policies policy price prices prior privacy processes production proposals provided
provisioning questions records recovery regular regularly releases reports requests requirements reserved response
restores results retention reviews rights risks roles routine second security sensitive servers service services
several shared sign similarly since single so software some staff standard storage subcontractors such support systems
teams terms test testing tests that the their then there therefore these they this those through thus to together
traffic training two under unless until updates upgrades upon usage users using usually via vulnerabilities we what
when where whether which while who why with within without work workflows yes you your three four five six seven eight
nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety der die das den dem des ein eine
einer eines im am bei es er sie wir ihr uns unser unsere nach vor seit bis mit für von zum zur zu aus auf alle jede
jeder jedes diese dieser dieses ja nein nicht kein keine und oder auch sowie le la les un une du nous notre nos vous
votre il elle ils elles ce cette ces dans sur pour par avec sans depuis oui non tous toutes chaque aucun aucune selon
acceptance accuracy agreements amounts analysers appendices areas assets assistance attacks awards batteries benefits
bidders bids boards bonds budgets buildings calls capacity channels classes clauses coaches codes commitments
compensation complaints components conditions conformance consultants consumption containers coverage credits currency
dates deadlines defects deliveries delivery dependencies deputies developers discounts dispute disputes distance
downtime drawings duration durations emissions energy equipment escalation escalations estimates evaluation exceptions
exit expenses fees findings fines flow formats frequency functions go-live goods grades guarantees handover hardware
headcount health heating height holidays hours humidity images inspections installation insurance interest
interruptions invoicing items journeys labour languages latency length levels liability licensing lifts lighting
limits locations losses machines management managers manuals materials measurements media meetings methods migration
milestones minimum maximum modules modifications noise notices objectives offers offices options orders output outages
ownership packages parts patients performance period periods phases plans ports power premises pressure printers
priority procedures products professional project projects proof property public pumps quality quantity ranges rates
ratio recipients reference references refunds registration reliability removal renewal repairs replacement replication
representatives residual resolution resources responsibility revenue rooms routes safety samples savings scalability
scenarios schedule scope scores sessions settings shifts sites size skills sources spare speed stages stations
statistics status steps structure submission subscriptions substances suppliers supplies surfaces surveillance tanks
targets tasks taxes telephone temperature tenants termination throughput tickets tiers timeline times title tools
total transfers transmission transport travel treatment trials turnover units uptime validation value variants
vehicles vendors versions visitors voltage volume warranty waste water weight width windows workers workshops years
zones apply check choose click contact follow open see select send use write yearly monthly daily weekly quarterly up
less fewer greater neither nor plus subject unlike like whichever whatever whoever should would could may might must
cannot did do was were has have had will shall next last later earlier beyond inside outside throughout toward towards
despite except excluding compliant comply fully partially partly partial complete completely included met agree agreed
accepted confirmed correct implemented fulfilled native add configuration configurable customisation customization
everybody anybody mandatory roadmap high medium low true false voll vollständig teilweise erfüllt geplant
"""
FIRST_WORDS = frozenset(_WORDS.split())
