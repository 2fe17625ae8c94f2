"""Passages as companies write them, and honest answers to buyers in other words: what the gate must let through."""

from __future__ import annotations

SECURITY = (
    "All customer data is encrypted at rest with AES-256 and in transit with TLS 1.3. Encryption keys are managed in "
    "AWS KMS and rotated every 90 days. Staging environments hold no customer data. Passwords are hashed with bcrypt. "
    "Access is granted by role and reviewed quarterly. Access to production is limited to twelve engineers."
)
COMPLIANCE = (
    "We are certified to ISO/IEC 27001:2022 and hold a SOC 2 Type II report dated 14 March 2026. An independent firm "
    "tests the platform for weaknesses once a year. We do not hold a PCI DSS certificate. Our data protection officer "
    "is Maria Lindqvist. The statement of applicability is available on request under a non-disclosure agreement."
)
OPERATIONS = (
    "Backups are made daily and kept for thirty days; recovery takes at most 4 hours. Monthly availability is 99.95 %. "
    "Data is stored only in Frankfurt and Dublin and never leaves the European Union. Incidents are reported to "
    "customers within 24 hours. Planned maintenance is announced five business days ahead. Support is staffed 24/7. "
    "Restores are tested twice a year."
)
PRODUCT = (
    "Single sign-on works with Okta and Microsoft Entra ID via SAML 2.0 or OpenID Connect. The product does not "
    "support LDAP. Exports are offered as CSV and JSON. The API allows 600 requests per minute. Files may have up to "
    "1.5 GB. Mobile apps are available for iOS and Android. Users can be provisioned with SCIM 2.0. A dark mode "
    "is planned."
)
CONTRACT = (
    "Licences cost EUR 1,200 per year and user. Invoices are due within 30 days. Either party may end the contract "
    "with three months' notice. On termination all data is deleted within 60 days. Subcontractors are not used "
    "without the customer's written consent. Penalties are capped at 10% of the annual fee."
)

CONTINUITY = """## Business continuity
Nordwind maintains a business continuity plan that is reviewed annually by the security board and exercised twice
per year. The recovery time objective (RTO) is four hours and the recovery point objective (RPO) is 15 minutes for
the production database. Services run in two availability zones of AWS eu-central-1 (Frankfurt); a warm standby
exists in eu-west-1 (Dublin). Failover is automatic for the database and manual for the search cluster. No customer
data is replicated outside the European Economic Area."""
PERSONNEL = """## Personnel
All employees sign a confidentiality agreement before they start. Background checks are carried out where local law
permits. Security awareness training is mandatory within the first 30 days of employment and must be repeated every
12 months; phishing simulations take place quarterly. Access rights are revoked on the last working day.
Contractors are subject to the same rules, but they never receive production access."""
VULNERABILITIES = """## Vulnerability management
Dependencies are scanned on every build with Trivy and Dependabot. Critical vulnerabilities are fixed within 7
days, high ones within 30 days, and medium ones with the next regular release. External penetration tests are
performed by SySS GmbH each spring; the most recent one took place from 2 to 13 March 2026 and found no critical
issues. A bug bounty programme is planned for 2027. Reports can be shared under NDA."""
EDITIONS = """| Feature | Essential | Business | Enterprise |
| SSO | no | yes | yes |
| Audit log retention | 30 days | 180 days | 7 years |
| Support hours | 9-17 CET | 8-20 CET | 24/7 |
| Price per user and month | 9 EUR | 19 EUR | on request |"""
PROTECTION = """## Data protection
We act as processor under Article 28 GDPR; a data processing agreement is part of every contract. Sub-processors
are listed at https://nordwind.example/subprocessors and changes are announced 30 days in advance, during which
customers may object. Personal data is deleted within 90 days after the end of the contract. Data subject requests
are forwarded within two business days. Our data protection officer can be reached at privacy@nordwind.example."""
PASSAGES = (
    SECURITY, COMPLIANCE, OPERATIONS, PRODUCT, CONTRACT, CONTINUITY, PERSONNEL, VULNERABILITIES, EDITIONS, PROTECTION,
)  # fmt: skip

HONEST: tuple[tuple[str, str, str], ...] = (
    # the question, the answer, what is quoted (one passage, or a sentence of one)
    ("Is data encrypted at rest?", "Yes, all customer data is encrypted at rest using AES-256.", SECURITY),
    ("Which TLS version is used?", "Traffic is protected with TLS 1.3.", SECURITY),
    ("Where are keys kept?", "Keys are held in AWS KMS and changed every 90 days.", SECURITY),
    ("How are passwords stored?", "We store passwords only as bcrypt hashes.", SECURITY),
    ("Do test systems hold real data?", "No, there is no customer data in staging environments.", SECURITY),
    ("How is access granted?", "Access rights follow roles. They are reviewed every quarter.", SECURITY),
    ("How many people can reach production?", "Twelve engineers have access to production.", SECURITY),
    ("How many people can reach production?", "Only 12 of our engineers can.", SECURITY),
    ("Is data encrypted?", "Yes.", "All customer data is encrypted at rest with AES-256 and in transit with TLS 1.3."),
    ("Describe your encryption.", "Encryption uses AES-256 at rest and TLS 1.3 in transit.", SECURITY),
    ("Describe key management.", "Our keys are rotated every ninety days.\nThey live in AWS KMS.", SECURITY),
    ("Describe access control.", "- Role-based access\n- Quarterly reviews\n- Twelve engineers at most", SECURITY),
    ("Are you ISO certified?", "Yes, we hold an ISO 27001 certification (2022 edition).", COMPLIANCE),
    ("Are you ISO 27001 certified?", "Yes, to ISO/IEC 27001:2022.", COMPLIANCE),
    ("Do you have a SOC report?", "We have a SOC 2 Type II report of March 2026.", COMPLIANCE),
    ("Do you have a SOC report?", "Our SOC 2 Type 2 report was issued on March 14, 2026.", COMPLIANCE),
    ("Do you run penetration tests?", "The platform is tested every year by an independent firm.", COMPLIANCE),
    ("Do you run penetration tests?", "Annual tests are done by an independent company.", COMPLIANCE),
    ("Are you PCI certified?", "No, we do not have a PCI DSS certificate.", COMPLIANCE),
    ("Are you PCI certified?", "No.", "We do not hold a PCI DSS certificate."),
    ("Are you PCI certified?", "No. We hold no PCI DSS certificate.", "We do not hold a PCI DSS certificate."),
    ("Who is the DPO?", "Maria Lindqvist is our data protection officer.", COMPLIANCE),
    ("Who is the DPO?", "The data protection officer is Ms. Lindqvist.", COMPLIANCE),
    ("Can we see the statement of applicability?", "Yes, on request, once an NDA has been signed.", COMPLIANCE),
    ("Can we see the statement?", "You can have it under a non-disclosure agreement.", COMPLIANCE),
    ("How often are backups made?", "Every day.", OPERATIONS),
    ("How often are backups made?", "We take a backup each day and keep it for 30 days.", OPERATIONS),
    ("How long are backups kept?", "30 days", OPERATIONS),
    ("What is the RTO?", "Recovery takes no more than four hours.", OPERATIONS),
    ("What is the RTO?", "Systems are back within 4 h.", OPERATIONS),
    ("What availability do you offer?", "99.95% a month", OPERATIONS),
    ("What availability do you offer?", "We offer a monthly availability of 99.95 percent.", OPERATIONS),
    ("Where is data stored?", "Data is stored in Frankfurt and Dublin.", OPERATIONS),
    ("Does data leave the EU?", "No, it stays within the European Union.", OPERATIONS),
    (
        "Does data leave the EU?",
        "No.",
        "Data is stored only in Frankfurt and Dublin and never leaves the European Union.",
    ),
    ("Is data stored outside Europe?", "Data never leaves the European Union.", OPERATIONS),
    ("When do you report incidents?", "Customers hear of an incident within 24 hours.", OPERATIONS),
    ("When is maintenance announced?", "We announce it 5 working days in advance.", OPERATIONS),
    ("Is support there at night?", "Yes, support is there around the clock.", OPERATIONS),
    ("When is support there?", "24 hours a day, 7 days a week: 24/7.", OPERATIONS),
    ("Do you test restores?", "Yes, twice a year.", OPERATIONS),
    ("Do you test restores?", "Restores are tested two times per year.", OPERATIONS),
    ("Do you offer SSO?", "Single sign-on is available with Okta and Microsoft Entra ID.", PRODUCT),
    ("Do you offer SSO?", "Yes, over SAML 2.0 and OpenID Connect.", PRODUCT),
    ("Which identity providers work?", "Okta; Microsoft Entra ID.", PRODUCT),
    ("Do you support LDAP?", "No, LDAP is not supported.", PRODUCT),
    ("Do you support LDAP?", "No", "The product does not support LDAP."),
    ("Do you support LDAP?", "We don't offer LDAP. SAML 2.0 is supported instead.", PRODUCT),
    ("Which export formats exist?", "CSV and JSON.", PRODUCT),
    ("What is the rate limit?", "Up to 600 requests a minute are allowed.", PRODUCT),
    ("How large may files be?", "Files of at most 1.5 GB can be uploaded.", PRODUCT),
    ("Do you have apps?", "Yes. Apps exist for Android and iOS.", PRODUCT),
    ("Can users be provisioned?", "Provisioning works with SCIM 2.0.", PRODUCT),
    ("Is there a dark mode?", "Not yet; dark mode is planned.", PRODUCT),
    ("What does it cost?", "A licence is EUR 1200 per user and year.", CONTRACT),
    ("What does it cost?", "€1,200 a year for each user.", CONTRACT),
    ("What are the payment terms?", "Payment is due 30 days after the invoice.", CONTRACT),
    ("How can we end the contract?", "The contract can be ended with a notice of 3 months.", CONTRACT),
    ("What happens to data at the end?", "We delete everything within sixty days of termination.", CONTRACT),
    ("Do you use subcontractors?", "Not without your written consent.", CONTRACT),
    ("Do you use subcontractors?", "Subcontractors are only used with your written consent.", CONTRACT),
    ("Are penalties limited?", "Yes, to 10 % of the annual fee.", CONTRACT),
    ("Are penalties limited?", "They are limited to ten percent of the yearly fee.", CONTRACT),
    (
        "Do you have a business continuity plan?",
        "Yes. We maintain a business continuity plan, which our security board reviews once a year "
        "and which is exercised two times a year.",
        CONTINUITY,
    ),
    (
        "What are your RTO and RPO?",
        "Our RTO is 4 hours and our RPO is 15 minutes for the production database.",
        CONTINUITY,
    ),
    (
        "What are your RTO and RPO?",
        "The recovery time objective is 4 hours. The recovery point objective is fifteen minutes.",
        CONTINUITY,
    ),
    (
        "Where do you host?",
        "Nordwind runs in two availability zones in AWS Frankfurt (eu-central-1), with a warm "
        "standby in Dublin (eu-west-1).",
        CONTINUITY,
    ),
    (
        "Is failover automatic?",
        "Failover of the database is automatic, while failover of the search cluster is done manually.",
        CONTINUITY,
    ),
    (
        "Is data replicated outside the EEA?",
        "No. Customer data is not replicated outside of the European Economic Area.",
        CONTINUITY,
    ),
    ("Is data replicated outside the EEA?", "No, customer data stays inside the EEA.", CONTINUITY),
    (
        "Do you train employees?",
        "Yes, security awareness training is mandatory for all employees within their first 30 "
        "days and is repeated every 12 months. In addition, we run phishing simulations every quarter.",
        PERSONNEL,
    ),
    ("Do employees sign NDAs?", "Every employee signs a confidentiality agreement before starting work.", PERSONNEL),
    ("Are there background checks?", "Background checks are done, where permitted by local law.", PERSONNEL),
    ("How are leavers handled?", "Leavers lose their access rights on their last working day.", PERSONNEL),
    (
        "Do contractors have production access?",
        "No. Contractors follow the same rules as employees but never get access to production.",
        PERSONNEL,
    ),
    ("Do contractors have production access?", "No", PERSONNEL),
    (
        "How quickly are new staff trained?",
        "New staff must complete the training within 30 days of joining.",
        PERSONNEL,
    ),
    (
        "How quickly are vulnerabilities fixed?",
        "Critical vulnerabilities are fixed within seven days and high ones within 30 days. Medium "
        "vulnerabilities are handled in the next regular release.",
        VULNERABILITIES,
    ),
    ("Who tests?", "SySS GmbH performs an external penetration test every spring.", VULNERABILITIES),
    (
        "When was the last penetration test?",
        "The last external penetration test took place between 2 and 13 March 2026. No critical issues were found.",
        VULNERABILITIES,
    ),
    (
        "When was the last penetration test?",
        "In March 2026, by SySS GmbH; it found no critical issues.",
        VULNERABILITIES,
    ),
    ("Do you scan dependencies?", "Yes, Trivy and Dependabot scan our dependencies on each build.", VULNERABILITIES),
    (
        "Do you run a bug bounty programme?",
        "Not at the moment. A bug bounty programme is planned for 2027.",
        VULNERABILITIES,
    ),
    ("Do you run a bug bounty programme?", "No, but one is planned for 2027.", VULNERABILITIES),
    ("Can we see the report?", "Yes, reports can be shared under an NDA.", VULNERABILITIES),
    ("Can we see the report?", "Test reports are available under a non-disclosure agreement (NDA).", VULNERABILITIES),
    (
        "How long are audit logs kept?",
        "It depends on the edition: 30 days in Essential, 180 days in Business and 7 years in Enterprise.",
        EDITIONS,
    ),
    ("Is SSO included?", "SSO is included in the Business and Enterprise editions, but not in Essential.", EDITIONS),
    (
        "What are your support hours?",
        "Enterprise customers get support 24/7; Business customers from 8 to 20 CET, Essential "
        "customers from 9 to 17 CET.",
        EDITIONS,
    ),
    (
        "What does it cost?",
        "Essential costs 9 EUR and Business 19 EUR per user per month. Enterprise pricing is available on request.",
        EDITIONS,
    ),
    ("What does it cost?", "€9 (Essential) or €19 (Business) per user and month.", EDITIONS),
    (
        "What is your role under GDPR?",
        "We are a processor under Article 28 GDPR, and every contract includes a data processing agreement.",
        PROTECTION,
    ),
    ("What is your role under GDPR?", "Processor (GDPR Art. 28).", PROTECTION),
    (
        "How do you handle sub-processors?",
        "Our sub-processors are published at https://nordwind.example/subprocessors. Customers are "
        "told of changes 30 days ahead and may object during that time.",
        PROTECTION,
    ),
    ("When is personal data deleted?", "Ninety days after the contract ends at the latest.", PROTECTION),
    (
        "When is personal data deleted?",
        "All personal data is deleted no later than 90 days after the contract has ended.",
        PROTECTION,
    ),
    ("Who is the DPO?", "You can reach our DPO at privacy@nordwind.example.", PROTECTION),
    ("How fast are data subject requests forwarded?", "Within 2 working days.", PROTECTION),
    ("Do you sell personal data?", "We only act as a processor under GDPR Article 28.", PROTECTION),
)
