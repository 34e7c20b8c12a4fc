"""The patterns by which a résumé is read: headings, verbs of deeds, job words, private matters, instructions."""

# ruff: noqa: E501  (patterns are read best one alternative a line)

from __future__ import annotations

import re
from typing import Literal

Section = Literal["head", "experience", "projects", "education", "other"]

BULLET = re.compile(r"^\s*[•◦▪▫■□◆◇●○‣⁃∙·*»>✓✔–—-]\s+")
SECTIONS: tuple[tuple[Section, str], ...] = (
    ("experience", (r"(?:(?:work|professional|relevant|practical|clinical|teaching) )*(?:experience|employment|work|career)"
                   r"(?: history| experience| summary)?|internships?|placements?|berufserfahrung|expériences?(?: professionnelles?)?")),
    ("projects", r"(?:(?:selected|personal|research|relevant|key) )*(?:projects?|achievements?|accomplishments)|research"),
    ("education", r"education(?: and training)?|(?:academic )?qualifications|studies|ausbildung|formation|éducation|coursework"),
    ("other", (r"(?:technical |key |core |other )*(?:skills?|competenc(?:e|ies)|languages?|technologies|tools)|summary|profile"
              r"|about(?: me)?|objective|contact(?: details| information)?|personal (?:details|data|information)|links"
              r"|(?:selected )?(?:publications?|honou?rs|awards?)(?: and awards)?|certifi\w+|licen[cs]es?|patents"
              r"|(?:invited )?talks|references|referees|interests|hobbies|activities|volunteering|memberships"
              r"|comp[ée]tences|langues|loisirs|welcome to .*")),
)  # fmt: skip
HEADINGS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in SECTIONS)

INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,60}\b(?:instructions?|prompts?|rules?|previous|above|rubric|criteria)\b"
    r"|\b(?:give|award|assign|grant)\s+(?:me|him|her|them|it|this|the|all|every|each|an?|full|maximum|top|highest|5|10|five|ten)\b"
    r".{0,40}\b(?:scores?|marks?|ratings?|points|grade|5|five|10|ten)\b"
    r"|(?:^|[.!;:,]\s*|\b(?:please|must|should|always|and|to|now|then)\s+)(?:rate|score|grade|mark)\b.{0,40}"
    r"\b(?:me|candidate|applicant|answers?|competenc\w+|criteri\w+|5|five|10|highest|maximum)\b"
    r"|\bsystem ?prompt|\byou are (?:now|an? (?:ai|helpful|assistant|language)|the (?:interviewer|evaluator|ai))\b"
    r"|\b(?:act|behave|respond) as (?:if|an? (?:ai|language model|interviewer|evaluator|bot|judge))\b|\bas an ai\b"
    r"|\b(?:hire|recommend|select|accept|pass|approve)\b.{0,15}\b(?:me|this candidate|the candidate|this applicant|this person)\b"
    r"|\b(?:must|should|shall|is to) be (?:hired|scored|rated|selected|given|awarded)\b"
    r"|\b(?:note|message|instructions?|attention)\s*(?:to|for|:)\s*(?:the |all |any )?(?:ai|llm|language model|model|interviewer|reviewer"
    r"|recruiter|evaluator|assistant)s?\b"
    r"|</?\s*(?:system|assistant|user|instructions?|prompt)\b|\[/?(?:inst|system)\]|^\s*(?:system|assistant|interviewer)\s*:"
    r"|\b(?:reply|respond|answer|output|print)\s+(?:only |exactly )?with\s+(?:the |an? )?(?:scores?|rating|5|json|yes|full|[\"“'])"
    r"|\bdo not (?:ask|question|probe|follow|mention)\b",
    re.IGNORECASE,
)
PRIVATE = re.compile(
    r"\b(?:born|birth|birthday|age\s*:?\s*\d+|i am (?:aged )?\d\d|years old|nationality|citizenship|visa status|work (?:visa|permit)"
    r"|married|divorced|marital|(?:my|our|two|three|four) (?:wife|husband|sons?|daughters?|children|kids)|(?:father|mother) of"
    r"|my pregnancy|was pregnant|(?:maternity|paternity|parental) leave|religion|church|mosque|synagogue|registered disabled"
    r"|my disabilit\w+|sick leave|(?:my|own|due to) (?:illness|health)|health condition|my gender|ethnicity|sexual orientation"
    r"|trade union|political party|career break|sabbatical|unemploy\w*|gap year|née?|naissance|geboren|familienstand)\b",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"@|https?:|www\.|\b[\w-]+\.(?:com|org|net|io|de|fr|uk|edu)\b|\+?\d[\d ()./-]{7,}\d|doi\b", re.IGNORECASE
)
JOB_WORD = re.compile(
    r"\b(?:engineer|developer|programmer|architect|analyst|scientist|consultant|manager|director|head|lead(?:er)?|chief|c[etfo]o"
    r"|founder|officer|administrator|assistant|associate|specialist|coordinator|supervisor|technician|electrician|plumber"
    r"|carpenter|mechanic|welder|driver|operator|operative|nurse|carer|caregiver|midwife|therapist|doctor|physician|teacher"
    r"|tutor|lecturer|professor|trainer|instructor|researcher|fellow|designer|accountant|bookkeeper|auditor|controller"
    r"|clerk|secretary|receptionist|agent|representative|executive|salesperson|seller|buyer|planner|cashier|waiter|waitress"
    r"|barista|chef|cook|cleaner|porter|guard|worker|apprentice|trainee|intern|employee|editor|writer|translator|recruiter"
    r"|contributor|freelancer|owner|partner|practitioner|pharmacist|paramedic|joiner|builder|foreman|inspector|physicist)s?\b",
    re.IGNORECASE,
)
STUDY_WORD = re.compile(
    r"\b(?:b\.? ?sc|m\.? ?sc|b\.?a\b|m\.?a\b|b\.?eng|m\.?eng|ph\.? ?d|mba|bachelor|master(?:'s)?|degree|diploma|studies|semester|of study"
    r"|thesis|graduat\w+|school|university student|a-levels|gcse|licence)\b",
    re.IGNORECASE,
)
VERB = re.compile(
    r"(?:\w+ly,? )?(?:i |we |je )?(?:\w+ly )?(?:(?!registered|qualified|experienced|skilled|certified|dedicated|motivated|licensed|chartered|accredited|advanced|seasoned|detailed|limited|united|related|based|speed)\w{3,}ed|led|built|ran|wrote|made|won|grew|taught|sold|cut|set|drove|oversaw|began|brought|held|kept|took"
    r"|gave|found|spoke|dealt|rose|did|co-?\w{3,}(?:ed)?|(?:manag|lead|develop|design|realiz|realis|implement|supervis|coordinat"
    r"|administer|assess|train|plan|invent|creat|work|support|deliver|organi[sz]|teach|car|handl|maintain|install|repair|prepar"
    r"|monitor|negotiat|analy[sz]|improv|reduc|increas|operat|serv|conduct|integrat|lead)(?:e|es|s|ing)?"
    r"|(?:développ|utilis|gér|réalis|particip|assur|encadr|dirig)\w+|\w{4,}(?:tion|ment|ing|ance) (?:of|and))\b",
    re.IGNORECASE,
)
FIGURE = re.compile(r"(?:[$€£]\s?)?\b\d[\d,.]*\s?(?:%|x\b|k\b|m\b|\+|per cent)?")
STATED = re.compile(r"\b([1-9]|[1-4]\d)\+? years?['’]? (?:of )?(?:[\w-]+ ){0,3}experience", re.IGNORECASE)
LEISURE = re.compile(r"\b(?:free ?time|spare time|hobb(?:y|ies)|fitness|i (?:also )?(?:love|enjoy))\b", re.IGNORECASE)
SENTENCE_WORD = re.compile(
    r"\b(?:a|an|the|of|to|for|with|and|in|on|at|by|from|de|la|le|des|du|et|pour|avec)\b", re.IGNORECASE
)
INITIALS = re.compile(r"\b[A-Z]\.,? ")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
CARRIES_ON = re.compile(
    r"(?:\b(?:and|or|of|the|with|to|for|in|an?|by|from|on|at|as|using|between|which|that|&)|[,/(-])\s*$", re.IGNORECASE
)
NOT_A_NAME = re.compile(
    r"\b(?:universit\w+|college|school|institute|academy|gmbh|ltd|inc|llc|street|road|avenue|city|software|personal|contact|dear|page"
    r"|last|updated|curriculum|vitae|the|and|for|of|to|with|my|we|open|source|tools|welcome|new york|san francisco|los angeles)\b",
    re.IGNORECASE,
)
NAME_TAIL = re.compile(
    r"(?:[\s,–-]+(?:resume|résumé|cv|curriculum vitae|lebenslauf|m\.?sc\.?|b\.?sc\.?|ph\.?d\.?|mba|rn|bsn|cpa|pmp|md|dr\.?))+\s*$",
    re.IGNORECASE,
)
NAME = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]*)*(?: [^\W\d_]+(?:['’.-][^\W\d_]*)*){1,3}")
