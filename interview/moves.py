# ruff: noqa: E501  (patterns are read best one alternative a line)
"""What a candidate's words mean besides an answer: rules, not a model.

A move is recognised only when the whole utterance is plainly a request: the words are read from left to right as a row of
known phrases, and one word left over makes it an answer. Flags point the team to words about the evaluator, insults and
distress; they are never scored. Everything here is a pure function of the text. English only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from interview.models import Flag, FlagKind, Move

_LIMITS: dict[Move, int] = {
    "repeat": 35, "rephrase": 40, "think": 30, "skip": 35, "stop": 35, "ask": 45, "correct": 300,
}  # fmt: skip
"""The most words an utterance may have and still be that move."""

_SHORT_FORMS = (
    (r"\b(could|do|does|did|have|has|was|is|are|would|were)n'?t\b", r"\1 not"),
    (r"\bcan'?t\b", "can not"),
    (r"\bwon'?t\b", "will not"),
    (r"\bcannot\b", "can not"),
    (r"\b(?:i'm|im)\b", "i am"),
    (r"\b(that|what|it|who|where)'s\b", r"\1 is"),
    (r"\b(?:let's|lets)\b", "let us"),
    (r"\b(\w+)'d\b", r"\1 would"),
    (r"\b(\w+)'ll\b", r"\1 will"),
    (r"\b(\w+)'ve\b", r"\1 have"),
    (r"\b(\w+)'re\b", r"\1 are"),
)

_PLEASE = (
    r"(?:(?:please |just |maybe |kindly |possibly |rather |like )*"
    r"(?:(?:can|could|would|will|may|might|shall|should) (?:you|we|i)(?: please| maybe| kindly| possibly| just| to| perhaps)*"
    r"|would you mind|do you mind(?: if we| if i)?|is it (?:possible|okay|ok|fine|all right)(?: for you)? (?:to|if (?:we|i|you))"
    r"|would it be (?:possible|okay|ok|fine|all right)(?: for you)? (?:to|if (?:we|i|you))"
    r"|i (?:was |am )?(?:just )?wonder(?:ing)? if (?:you|we|i) (?:can|could|might)"
    r"|i (?:would|will) (?:like|love|prefer|rather|appreciate it if you could)(?: if)?(?: you| we)?(?: could)?(?: to)?"
    r"|i (?:want|need|have|wish)(?: you)? to|i (?:will|would|am going to|am gonna|think i will|think i would|might)"
    r"|i think (?:we|i) (?:should|can|could|will|would)(?: like to| rather)?|let us|let me|please|you can|we can)? ?"
    r"(?:please |just |maybe |quickly |kindly |to )*)"
)
_AGAIN = r"(?: again| once more| one more time| another time| for me| to me| please| more slowly| slowly| slower| louder| a bit| a little)*"
_QUESTION = (
    r"(?:(?:the |that |this |your |my |last |whole |current |previous |entire |same |exact )*(?:question|one|part|bit|sentence|task)"
    r"|it|that|this|what you (?:said|asked|just said|just asked)(?: me)?|yourself|everything)"
)
_MEANT = r"(?:the question|that question|this question|your question|the last question|what you (?:mean|meant|are asking|want|ask)(?: me)?(?: by that| with that)?|what is (?:asked|meant)|what the question is|it|that|you|this)"
_TIME = r"(?:(?:a |one |some |few |couple |of |short |little |bit |quick |more |half |two |just |brief |five |the )*(?:second|seconds|sec|secs|moment|moments|minute|minutes|min|bit|while|time|break|pause|breath))"
_ABOUT = r"(?: (?:about|on|over|for|of) (?:it|that|this|this one|that one|this question|that question|the question|an example|a good example|the best example|my answer|the answer|how to answer(?: that| this)?))*"

_PHRASES: dict[str, str] = {
    "courtesy": (
        r"(?:i am )?(?:so |very |really |terribly )*sorry(?: about that| for that| to interrupt)?|excuse me|pardon me|forgive me|apologies|my apologies"
        r"|please|okay|ok|alright|all right|right|well|so|um+|uh+|uhm|er+m?|h+m+|m+h?m*|ah+|oh+|yes|yeah|no|hi|hello|hey|thanks|thank you(?: very much| so much)?|actually|just|then|and|but|now|for now|honestly|to be honest|anyway|maybe|perhaps|i think|i guess|i mean|i am afraid|you know"
        r"|(?:wow )?(?:that is |it is |this is )?(?:a |an |such a )?(?:really |very |quite |pretty )*(?:good|great|tough|hard|interesting|difficult|tricky|nice) (?:question|one)"
        r"|if (?:that|it|this) is (?:okay|ok|possible|fine|all right|alright|allowed)(?: with you| for you)?|if you (?:do not|would not) mind|if you can|if possible|if i may|if we can"
        r"|is that (?:okay|ok|possible|fine|all right|alright)(?: with you| for you)?|would that be (?:okay|ok|possible|fine)"
        r"|i was (?:distracted|not listening|somewhere else)|i (?:lost|have lost) (?:track|the thread)|there was (?:a |some )?(?:noise|lag|delay)(?: here| on the line| on my side)?|it is (?:very |a bit |quite )?(?:noisy|loud) here|english is not my (?:first|native|mother) (?:language|tongue)|my english is not (?:so |very )?good|before i answer|first"
    ),
    "stuck": (
        r"i (?:really |honestly |just |simply )*(?:do not|did not|dont) (?:really |honestly )?(?:know|remember|recall)(?: (?:this|that|it|anything|any|the answer|one|this one|that one|what to say|how to answer|what to answer|about (?:this|that)))*(?: right now| off hand| at the moment)?"
        r"|i (?:have |really have |have got |got )?(?:absolutely |really )?no (?:idea|clue|answer|example|examples)(?: (?:for|to|about|on) (?:this|that|it)(?: one| question)?)?|i (?:really )?do not have (?:any|an|a|a good) (?:idea|clue|answer|example|examples)(?: (?:for|to|about|on) (?:this|that|it)(?: one| question)?)?|no (?:idea|clue|answer|example)|(?:i )?dunno|idk|not sure|i am (?:really |honestly )?(?:not (?:really |quite |so )?sure|unsure|stuck|lost|blank)(?: about (?:that|this)| (?:what|how) to (?:say|answer))?(?: here| on this one| to be honest)?"
        r"|i can ?not (?:really |seem to )?(?:think of|remember|recall|come up with|answer|find)(?: (?:anything|any|any example|an example|one|a good example|a situation|any situation|something|this|that|it|this one|the question))*(?: right now| at the moment| off the top of my head)?"
        r"|nothing (?:really |specific )?(?:comes|is coming) to (?:my )?mind|nothing|none|nope|no comment|n/?a|my mind (?:is|went|has gone) (?:completely |totally )?blank|i (?:am|have) (?:drawing|drawn) a blank|(?:i am )?drawing a blank"
        r"|(?:i have |i )never (?:really )?(?:done|had|been in|faced|experienced|did|had to do) (?:that|this|it|such (?:a )?(?:situation|thing|problem)|anything like (?:that|this)|that situation|a situation like (?:that|this))(?: before)?"
        r"|" + _PLEASE + r"(?:get|have|give me|ask for|use|need|provide|offer me)(?: please)? (?:a |some |any |another )?(?:small |little )*(?:hint|hints|clue|help|tip|pointer)(?: please| here)?|(?:any |a )?hint|help(?: me)?|i need (?:a |some )?(?:hint|help)|any hints?"
    ),
    "rephrase": (
        _PLEASE + r"(?:re ?phras(?:e|ing)|re ?word(?:ing)?|re ?formulat(?:e|ing)|clarify(?:ing)?|simplify(?:ing)?|paraphras(?:e|ing))(?: " + _QUESTION + r")?" + _AGAIN + r"(?: (?:a bit|a little|in (?:simpler|other|easier|different) words))*"
        r"|" + _PLEASE + r"(?:put|say|ask|explain|phrase|formulate|express|repeat|describe|tell|putting|saying|asking|explaining)(?: me| to me)?(?: " + _QUESTION + r")?(?: to me| again| me)*"
        r" (?:differently|another way|in (?:a |an )?(?:different|another|other|simpler|simple|easier|easy|clearer|more simple) (?:way|words|word|terms|form|english)|in other words|with (?:other|different|simpler|easier|more simple) words|more (?:clearly|simply|simple)|simpler|easier|in simple english|in plain (?:english|words))(?: for me| please)?"
        r"|" + _PLEASE + r"(?:explain|clarify|explaining|clarifying)(?: to me| me)?(?: what (?:do )?you (?:mean|meant|are asking|are looking for|want to know|want to hear)(?: by that| with that| exactly| here)?| " + _QUESTION + r")?(?: again| to me| for me| a bit| a little| more| please| in more detail| better)*"
        r"|(?:in other words|simpler please|other words please|different words please)"
        r"|i (?:do|did|could|can|am)(?: really| still)? ?not (?:really |quite |fully |completely |exactly )*(?:understand|understood|understanding|get|follow|follow you|sure i understand|sure i understood|sure i follow)(?: " + _MEANT + r")?(?: exactly| fully| completely| correctly| well| very well)?"
        r"|i not (?:understand|understood|get)(?: " + _MEANT + r")?|i am (?:a bit |a little )?(?:confused|not sure|unsure)(?: by| about| with)? " + _MEANT + r"|i am not (?:really |quite )?(?:sure|clear)(?: about| on)? (?:what|how) (?:you|the question) (?:mean|means|are asking|is asking|want|wants|are looking for)(?: me)?(?: to say| by that| for| exactly)?|the question is (?:not (?:very |so )?clear|unclear|confusing)(?: to me| for me)?"
        r"|i (?:do|did) not (?:really )?know what (?:you|that|this|the question) (?:mean|means|meant|are asking|is asking|want)(?: by that| exactly)?"
        r"|what (?:exactly )?(?:do|did) you (?:exactly )?mean(?: exactly)?(?: (?:by|with) (?:\w+ ?){1,4})?|what (?:does|do) (?:that|this|the question) mean(?: exactly)?|what means (?:\w+ ?){1,3}|do you mean(?: (?!i\b|asked|said|he\b|she\b|him\b)\w+){1,12}|what are you (?:really |actually )?asking(?: me)?(?: exactly)?|what kind of (?:example|situation|answer) (?:do you (?:want|mean|need|expect)|are you (?:looking|asking) for)"
    ),
    "repeat": (
        _PLEASE + r"(?:repeat(?:ing)?|re ?read(?:ing)?|restate)(?: again)?(?: to me| for me)?(?: " + _QUESTION + r")?" + _AGAIN + r"|" + _PLEASE + r"(?:say|read|ask|tell me|hear|go over|saying|asking|get|have|see|show me|give me|run through|show)(?: me)?(?: again)? ?(?:" + _QUESTION + r")?(?: again(?: " + _QUESTION + r")?| once more| one more time| another time| a second time| slower| more slowly)" + _AGAIN
        + r"|(?:could|can|would) you (?:please )?(?:speak|talk)(?: up| louder| slower| more slowly| a bit slower| a bit louder| slowly| more loudly)" + _AGAIN + r"|(?:one more time|once more|once again|again|say again|come again|what|huh|pardon|i beg your pardon|repeat|say what)(?: please)?"
        r"|(?:what|which|how) (?:was|is|were|did you say was) (?:the |your |that |my |this )*(?:last |current |first )*question(?: again| please| once more)*|what did you (?:just )?(?:say|ask)(?: me)?(?: again)?|what (?:was|is) (?:that|it)(?: again)?|what have you (?:said|asked)"
        r"|i (?:did|could|can|do)(?: really)? ?not (?:really |quite |fully |properly )*(?:catch|hear|get|caught|heard)(?: (?:that|it|you|the question|what you said|your question|all of (?:that|it)|everything|the (?:last|second|first|end) ?(?:part|bit|one)?|the end of (?:that|it|the question)))?(?: properly| clearly| well| very well| correctly| fully| completely)?(?: because)?"
        r"|i (?:have )?(?:missed|forgot|forgotten|lost|forget|miss) (?:that|the question|it|what you (?:said|asked)|your question|what (?:the question|it) was|the last part|the end|part of (?:that|it|the question)|what was the question)"
        r"|you (?:broke|were breaking|are breaking|cut) (?:up|out)(?: there| a bit)?|(?:the |your |my )(?:sound|audio|connection|line|voice) (?:cut out|broke up|dropped|dropped out|is bad|was bad|is breaking up|froze|was gone)"
    ),
    "think": (
        r"(?:" + _PLEASE + r"(?:stop and |pause and )?(?:think|thinking|reflect|see|gather my thoughts|collect my thoughts|consider)(?: back)?(?:" + _ABOUT + r"|(?: for)? " + _TIME + r")*(?: first| please| before i answer)*)"
        r"|" + _PLEASE + r"(?:give me|take|have|get|need|use|allow me|giving me)(?: please)? " + _TIME + r"(?: (?:to|and|for) (?:think|reflect|gather my thoughts|collect my thoughts|remember|prepare|consider|thinking|find (?:a good |an )?example)(?:" + _ABOUT + r")*)?(?: please| first| before i answer)*|i (?:will |would )?(?:need|take) " + _TIME + r"(?: to (?:think|reflect|remember)(?:" + _ABOUT + r")*)?"
        r"|(?:just |only |wait )?(?:one |a |just a |just one )(?:second|sec|moment|minute)(?: please)?|" + _PLEASE + r"(?:wait|hold on|hang on|bear with me|pause)(?: the interview| here)?(?: for)?(?: please)?(?: " + _TIME + r")?(?: please)?|" + _PLEASE + r"(?:stop)(?: here)? for " + _TIME
        + r"|let me see|let me have a think|i am (?:still |just )?thinking(?: about (?:it|that))?|still thinking"
    ),
    "skip": (
        _PLEASE + r"(?:(?:skip(?:ping)?|pass(?: on)?)(?: over)?(?: " + _QUESTION + r")?|leave (?:out " + _QUESTION + r"|" + _QUESTION + r" out))(?: for now| please| and (?:go|move) on| if possible)*"
        r"|" + _PLEASE + r"(?:go|move|moving|going|jump|continue|proceed|get|carry)(?: on| ahead| over)?(?: (?:to|with) (?:the |a |another )?(?:next|different|another|other|following)(?: question| one| topic)?)(?: please| instead)?"
        r"|" + _PLEASE + r"(?:move|go) on(?: from (?:this|that)(?: one| question)?)?(?: please)?|" + _PLEASE + r"(?:have|get|try|do|take|ask me|give me)(?: me)? (?:the next|a different|another|some other)(?: question| one)?(?: please| instead)?"
        r"|(?:the )?next(?: question| one)?|another question|a different question|(?:i |i will )?pass(?: on (?:this|that|it)(?: one| question)?)?|skip|i (?:do not|would not|would rather not|prefer not to|do not want to|would prefer not to)(?: want to| like to)? (?:answer|talk about|discuss)(?: to)?(?: (?:this|that|it|this one|this question|that question))?"
        r"|i (?:have no|do not have an|do not have a|do not have any) (?:answer|example)(?: for| to)? ?(?:this|that)?(?: one| question)? (?:skip|pass|next)(?: please)?"
    ),
    "stop": (
        _PLEASE + r"(?:stop|end|quit|finish|abort|terminate|cancel|stopping|ending|finishing|leave|discontinue|withdraw from|close|exit|conclude)(?: with)? (?:(?:the|this|our|my) (?:\w+ )?(?:interview|session|conversation|call|chat|process|whole thing)|here|now|this|it here|it now|things here|at this point|for today|right here)(?: (?:here|now|please|for today|right now|today|completely|at this point|early|immediately))*"
        r"|(?:stop|end|quit|exit)(?: it)?(?: please| now)?|stop the interview|(?:i want|i need|i would like|i wish|i have) to (?:stop|quit|leave|end)(?: now| please)?|i (?:am done|am finished) with (?:the|this) (?:interview|session|call)|(?:can|could|may|shall) (?:we|i) (?:please )?(?:stop|quit|leave|end)(?: now| please)?|let us (?:stop|end|call it a day|call it quits|wrap (?:it |this )?up|finish here|end it)(?: now| please| here)?"
        r"|i (?:do not|no longer) (?:want|wish|like)(?: to)? (?:to )?(?:continue|go on|proceed|do this)(?: with (?:this|the) (?:interview|session)| the interview| this interview| any ?more| any longer| any further| now)*|i can ?not (?:continue|go on)(?: with (?:this|the) (?:interview|session)| the interview| any ?more)*|i (?:would|want|wish)(?: like)? to withdraw(?: my application| from (?:the|this) (?:process|interview))?(?: now| please)?|please end (?:the|this) (?:interview|session|call)"
    ),
}  # fmt: skip
_READERS = {label: re.compile(pattern) for label, pattern in _PHRASES.items()}
_COURTESY = re.compile(rf"(?:(?:{_PHRASES['courtesy']}) )*")
_LONGEST_PHRASE = 20

_LEAD_IN = re.compile(
    r"(?:(?:sorry|excuse me|oh|ok|okay|um+|uh+|well|actually|wait|hold on|yes|no|so|and|but|hmm+|please)[\s,.:;!…-]+){0,4}"
    r"(?:(?:before (?:we|i) (?:go on|continue|move on|answer)[\s,]+)?"
    r"(?:(?:(?:can|could|may|might) i(?: please| just)?|i(?:'d| would)(?: just)? (?:like|love) to|i (?:want|need|have|wish)(?:ed)? to|let me(?: just)?|i must|i should|i'll|i will)\s+"
    r"(?:just |quickly |also |please )*(?:correct|change|fix|revise|amend|rectify|update|take back|modify)\s+"
    r"(?:(?:something|one thing|a thing|a detail|what|a mistake|an error|a number|a figure|one detail)(?: that)?(?: i (?:just )?(?:said|told you|mentioned|made)| in my (?:last|previous|earlier|first) (?:answer|response|reply))"
    r"|(?:my|the) (?:(?:last|previous|earlier|first|prior|other) )?(?:answer|response|reply|statement|words)|myself)"
    r"|i (?:misspoke(?=[ ,:;.—–-]*)|(?:made a mistake|said (?:something|it|that) wrong|was wrong|made an error)(?= in (?:my|the) (?:last|previous|earlier|first) (?:answer|response|reply)| earlier| a moment ago| just now))(?: in (?:my|the) (?:last|previous|earlier|first) (?:answer|response|reply))?"
    r"|(?:a |one |small |quick )*correction(?: to (?:my|the) (?:last|previous|earlier)(?: answer| response)?|,? please)?(?=\s*[:,—–-]|\s*$)))"
    r"(?: (?:to (?:my|the) (?:last|previous|earlier) (?:answer|response)|earlier|before|just now|a moment ago|about (?:that|this)|,? ?please|if i may|in the (?:last|previous) (?:answer|question)|from before|there|slightly))*"
    r"(?P<rest>\s*$|\s*[,:;.!?…—–-]+.*|\s+(?:it (?:was|is|should)|i (?:meant|said|mean)|the |we |there |that |because|where|and |actually|not |from |to say).*)",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip

_ASK_LEAD = re.compile(
    r"(?:(?:before i answer|before we (?:go on|continue|start)|quick question|one (?:more )?question|a question|i (?:have|have got|do have) (?:just )?(?:a|one|another) (?:quick |short |small )?question(?: for you)?|(?:just )?out of curiosity|just curious|by the way"
    r"|(?:can|could|may) i (?:please |just |also )*ask(?: you)?(?: something| a question| one thing)?|i (?:would like|want|wanted|would love) to (?:know|ask)(?: you)?|(?:can|could|would) you (?:please )?(?:tell me|explain|share|say)(?: a bit| a little)?(?: more)?|tell me(?: more)?|do you know|i was wondering|i wonder|i am curious)\b ?)+"
)
_KIND = r"(?:kind|sort|type|size|many|much|long|often|big|large|soon|far|exactly|else|of|the|about|old|well|\w+s|stack|team|language|level)"
_AUX = r"(?:is|are|was|will|would|do|does|did|can|could|should|may|am|has|have)"
_SUBJECT = r"(?:there|this|that|the|your|you|i|we|it|my|any|someone|somebody|these|a typical|remote|relocation|visa|overtime|part|home|working|travel|people|candidates)"
_DIRECT = re.compile(
    rf"(?:and |so |also |then |but )*(?:(?:what|how|which|where|when|why)(?: {_KIND}){{0,5}} {_AUX}(?: not)? {_SUBJECT}\b|how (?:many|much) (?:more )?\w+ (?:is|are) "
    rf"|(?:what|how|when) (?:is|are|about) |who(?:m)? (?:{_AUX}|\w+s) |what (?:happens|comes)\b|{_AUX} {_SUBJECT}\b|is (?:remote|relocation|visa|overtime)\b)"
)
_INDIRECT = re.compile(r"(?:what|how|who|whom|which|where|when|why|if|whether|about|more about|something about)\b")
_ABOUT_THE_JOB = re.compile(
    r"\b(?:(?:the|your|this|my|our) (?:new |future |direct |actual |whole )?(?:team|role|job|position|company|manager|boss|office|salary|pay|contract|department|product|interview|session|recording|stack|tech stack|culture|organisation|organization|project|projects|process|start date|schedule|shift|shifts|working hours|on-call|feedback|result|results|decision|budget|questions?|client|clients|ward|school)"
    r"|salary|remote|remotely|work from home|home office|hybrid|visa|sponsorship|relocat\w+|benefits|holiday|holidays|vacation|part[ -]time|full[ -]time|probation|overtime|bonus|parental leave|working hours|next steps?|next round|hear back|get back to me|report to|reporting to|work with|working with|working on|i (?:be|am|get) (?:scored|recorded|evaluated|assessed|doing|responsible|managing|travelling|traveling)"
    r"|a typical day|be recorded|questions? (?:are )?left|more questions|remaining|how long (?:does|will|is|do)|minutes (?:left|do)|time (?:left|do i have)|are you (?:a |an )?(?:ai|bot|robot|human|real|real person|person|machine|computer)|is this (?:being )?(?:recorded|an ai)|am i being recorded|see my answers|reads? (?:my|this|these|the) (?:answers?|transcript)|you (?:offer|hire|hiring|provide|sponsor|pay|use (?:at|in|for)))\b"
)  # fmt: skip
_RHETORICAL = re.compile(r"\b(?:otherwise|anyway|right|without|after all|obviously|of course)\b")

_YES = re.compile(
    r"(?:(?:yes|yeah|yep|yup|ya|sure|correct|exactly|right|okay|ok|alright|all right|absolutely|definitely|certainly|indeed|affirmative|of course|i do|i would|i am|i am sure|please do|go ahead|that is (?:right|correct|fine|okay|ok)|it is (?:fine|okay)|fine|i think so|please|thank you|thanks|i want to|i would like (?:to|that)|let us do (?:that|it)|do it|i confirm|confirmed|that would be (?:good|great|fine))(?: |$))+"
)  # fmt: skip
_NO = re.compile(
    r"(?:(?:no|nope|nah|not yet|not now|not really|never|i do not|i would not|i am not|please|thank you|thanks|sorry|actually|oh|wait|not at all|of course not|do not|please do not|no way|i changed my mind|i have changed my mind|that was a mistake|i did not mean (?:that|it|to)|i am fine)(?: |$))+"
)  # fmt: skip
_GO_ON = re.compile(
    r"\b(?:let us (?:continue|go on|carry on|keep going|proceed)|(?:i )?(?:want|would like|prefer|wish|would rather)(?: to)? (?:continue|go on|carry on|keep going|proceed|stay)|keep going|carry on|we can (?:continue|go on)|(?:i will|i can) (?:continue|go on|carry on)|(?:not|do not want to|no need to) (?:stop|end|quit|finish)|^(?:please )?(?:continue|go on)|(?:yes|no|please|okay) (?:please )?(?:continue|go on))\b"
)


def recognise(text: str) -> Move:
    """The move that the whole utterance plainly makes; `answer` whenever any of it may be an answer."""
    plain = _plain(text[:4_000])
    count = len(plain.split())
    if not plain or count > max(_LIMITS.values()):
        return "answer"
    if _LEAD_IN.fullmatch(_straight(text).strip()):
        return "correct"
    if re.fullmatch(
        r"\s*(?:oh |um |I'm |i am )*(?:so )?(?:sorry|pardon|excuse me|what|huh)(?: me)?\s*\?+\s*", text, re.IGNORECASE
    ):
        return "repeat"
    if count > _LIMITS["ask"]:
        return "answer"
    move = _move_of(_phrases(plain))
    if move != "answer":
        return move if count <= _LIMITS[move] else "answer"
    return "ask" if _asks(text) else "answer"


def correction_text(text: str) -> str:
    """The words after a correction's lead-in ("I want to correct my last answer: …"), or "" where there are none."""
    match = _LEAD_IN.fullmatch(_straight(text).strip())
    return match["rest"].strip(" \n\t,:;.!?…—–-") if match else ""


def is_stuck(text: str) -> bool:
    """Whether the candidate says no more than that they have nothing to say, or asks for a hint."""
    plain = _plain(text[:2_000])
    if len(plain.split()) > 35:
        return False
    labels = _phrases(plain)
    if labels is None or recognise(text) != "answer":
        return False
    return "stuck" in labels or not (set(plain.split()) - _FILLERS)


_FILLERS = {"um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "mhm", "ah", "oh", "well", "so", "no", "sorry"}


def is_affirmative(text: str) -> bool:
    """A plain yes to "Do you want to end here?"; repeating the wish to stop is one."""
    plain = _plain(text[:500])
    if _GO_ON.search(plain) or len(plain.split()) > 20:
        return False
    if recognise(text) == "stop":
        return True
    return bool(_YES.fullmatch(plain)) and plain not in {"please", "thank you", "thanks"}


def is_negative(text: str) -> bool:
    """A plain no to "Do you want to end here?"; saying to go on is one."""
    plain = _plain(text[:500])
    if len(plain.split()) > 20 or recognise(text) == "stop":
        return False
    if _GO_ON.search(plain):
        return True
    return bool(_NO.fullmatch(plain)) and plain not in {
        "please",
        "thank you",
        "thanks",
        "sorry",
        "actually",
        "oh",
        "wait",
    }


def _straight(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'").replace("`", "'")


def _plain(text: str) -> str:
    """Lower case, short forms written out, no punctuation, single spaces."""
    plain = unicodedata.normalize("NFKC", _straight(text)).lower()
    for pattern, full in _SHORT_FORMS:
        plain = re.sub(pattern, full, plain)
    plain = re.sub(r"\b(\w+)(?:[\s,.…-]+\1\b)+", r"\1", plain)
    return " ".join(re.findall(r"[\w']+", plain.replace("n/a", "na")))


def _phrases(plain: str) -> tuple[str, ...] | None:
    """The labels of the known phrases that make up the whole text, in order; None if a word is left over."""

    breaks = [match.start() for match in re.finditer(r" |$", plain)]

    @lru_cache(maxsize=512)
    def read(place: int) -> tuple[str, ...] | None:
        if place >= len(plain):
            return ()
        ends = [end for end in breaks if end > place][:_LONGEST_PHRASE]
        for end in reversed(ends):
            for label, reader in _READERS.items():
                if reader.fullmatch(plain, place, end) and (rest := read(end + 1)) is not None:
                    return (label, *rest)
        return None

    return read(0)


def _move_of(labels: tuple[str, ...] | None) -> Move:
    """The last request counts, except that a moment to think gives way to any other."""
    moves: list[Move] = [label for label in labels or () if label in _LIMITS]
    return next((move for move in reversed(moves) if move != "think"), moves[-1] if moves else "answer")


def _asks(text: str) -> bool:
    """Whether every sentence is a courtesy or a question about the job or the process, the last one a question."""
    pieces = [piece for piece in re.findall(r"[^.?!\n]+[.?!]*", text) if _plain(piece)]
    if not 1 <= len(pieces) <= 4:
        return False
    asked = [_is_question(piece) for piece in pieces]
    return asked[-1] and all(a or _is_polite(_plain(piece)) for a, piece in zip(asked, pieces, strict=True))


def _is_polite(plain: str) -> bool:
    return set(_phrases(plain) or ("",)) <= {"courtesy", "think"} or bool(_ASK_LEAD.fullmatch(plain))


def _is_question(piece: str) -> bool:
    plain = _plain(piece)
    plain = _COURTESY.sub("", plain, count=1)
    led = _ASK_LEAD.match(plain)
    body = plain[led.end() :].strip() if led else plain
    form = _DIRECT.match(body) or (led and _INDIRECT.match(body))
    marked = piece.rstrip().endswith("?") or led or re.match(r"(?:what|how|who|which|where|when)\b", body)
    return bool(form and marked and _ABOUT_THE_JOB.search(plain) and not _RHETORICAL.search(plain))


# --- what the team should look at -------------------------------------------------------------------------------------

_TOP = r"(?:5|five|10|ten|100|full (?:marks?|score|points)|(?:the |a )?(?:top|highest|maximum|max|perfect|best|full)(?: possible)? (?:score|rating|mark|marks|grade|level|points?)|(?:a |the )?perfect)"
_IMPERATIVE = r"(?:^|[.!?:;,\n]\s*|\b(?:please|just|now|then|you (?:must|should|shall|will|can|need to|have to|are to)|must|simply|to always) )"
_JUDGE = r"(?:evaluator|grader|rater|scorer|judge|assessor|examiner|interviewer|reviewer|ai|a\.i\.|model|language model|llm|bot|assistant|scoring (?:system|model|engine)|system)"
_STRONG = re.compile(
    "|".join((
        r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|the|your|my|of|every|everything|these|those|and)\s+)*(?:(?:previous|prior|above|earlier|preceding|foregoing|system|initial|original|other|past)\s+)+(?:\w+\s+)?(?:instructions?|prompts?|rules?|directions?|guidelines?|rubrics?|criteria|context|commands?|orders)\b",
        r"\b(?:ignore|disregard|forget|override)\s+(?:all\s+)?(?:your|the)\s+(?:instructions?|prompts?|rubrics?|scoring|anchors|evaluation|programming)\b",
        r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what)\s+(?:that\s+)?(?:(?:was |is |has been )?(?:said |written )?(?:above|before this)|you(?: were| have been|'ve been) (?:told|given|instructed))",
        r"(?:^|[\n.!?]\s*)(?:#+\s*)?(?:new|updated|revised|additional|important)\s+(?:system\s+)?(?:instructions?|prompt|directive)\s*(?:for[^:\n]{0,30})?:",
        r"(?:^|[\n.!?]\s*)(?:#+\s*)?(?:system|assistant|developer|admin|instructions?)(?: (?:prompt|message|note|override))?\s*:\s*(?=[^\n]{0,80}\b(?:you|ignore|score|scor\w+|rate|rating|give|output|set|award|candidate|evaluat\w+|instruct\w+|override|marks?|respond|return|treat)\b)",
        r"<\s*/?\s*(?:system|assistant|instructions?|user|candidate|answer|transcript|prompt|s)\s*>|<\|[a-z_]+\|>|\[/?(?:inst|system|assistant)\]|<<\s*/?sys\s*>>",
        rf"\bas (?:the|an|a|my|our) (?:\w+ )?{_JUDGE},? you (?:must|should|shall|will|are|have to|need to|can|ought)\b",
        rf"(?:^|[.!?,:;\n]\s*)(?:dear|hey|hello|hi|note (?:to|for)|attention|message (?:to|for)|memo to|instructions? (?:to|for)),? (?:the |any |all |this |whoever )?(?:\w+ )?{_JUDGE}s?\b(?=\s*[,:;.!–—-]|\s+(?:you|please|reading|this|give|score|rate)\b)",
        rf"(?:^|[.!?,:;\n]\s*)you are (?:now |no longer )?(?:a |an |the |my )(?:\w+ )?{_JUDGE}\b(?! (?:of|for|who|that|in)\b)|\bfrom now on,? you (?:are|will|must|should|act|respond|answer)\b|\byou are now (?:a|an|in|the|free|dan)\b",
        rf"{_IMPERATIVE}(?:always )?(?:give|award|grant|assign|hand) (?:me|us|this(?: \w+)?|my \w+|it|him|her|them|the candidate|every \w+|each \w+|all(?: \w+)?)(?: (?:a|an|the|at least))* {_TOP}\b",
        rf"{_IMPERATIVE}(?:always )?(?:score|rate|grade|mark|evaluate|assess|rank|record) (?:me|this(?: \w+)?|my(?: \w+)?|it|the candidate(?:'s \w+)?|every \w+|each \w+|all(?: \w+){{0,2}})(?: \w+){{0,3}}? (?:{_TOP}|highly|excellent|outstanding|strong|met|satisfied|passed|complete)\b",
        rf"{_IMPERATIVE}(?:always )?(?:assign|award|return|output|set|print|enter|record|write|report|respond with|reply with|use) (?:\w+ ){{0,4}}?(?:score|scores|rating|ratings|level|levels|marks|grade|grades|total)\b(?: \w+){{0,4}}? {_TOP}\b",
        rf"{_IMPERATIVE}(?:always )?(?:assign|award|give|return|output|grant) (?:(?:me|us|this \w+|my \w+|the candidate|every \w+|each \w+|all|out) )?(?:full marks|(?:the )?(?:top|highest|maximum|max|perfect) (?:score|rating|marks?|grade|points))\b",
        rf"\b(?:this|my|the above) (?:answer|response|reply|interview|candidate) (?:deserves|merits|should (?:get|be|receive|score)|must (?:get|be|receive|score)|is worth|warrants|earns)(?: \w+){{0,5}}? {_TOP}\b",
        rf"\bi (?:deserve|should (?:get|receive|be given|be rated|be scored)|must (?:get|receive|be given))(?: (?:a|an|at least|the))* (?:score of |rating of )?{_TOP}\b(?! (?:minutes|days|percent|hours|years|weeks|euros|dollars))",
        r"\b(?:total_?score|criterion_?scores?|rubric_?filled|overall_?score)\b",
        r"\b(?:do not|don't|never) (?:score|evaluate|penali[sz]e|flag|assess|rate|mark down|deduct) (?:this|me|my|any|the) ?(?:answer|response|interview|points|candidate|marks)?\b(?= |\.|,|$)(?=.{0,40}(?:$|[.!?,]))",
        rf"{_IMPERATIVE}(?:reveal|print|show|repeat|output|tell me|display) (?:me )?(?:your|the) (?:(?:system|hidden|initial|secret) )*(?:prompt|instructions|rubric|expected points|anchors|scoring key)\b",
        r"(?<!we )(?<!i )(?<!they )(?<!who )(?<!to )\b(?:consider|treat|mark|count) (?:all|every|each|this|the)(?: of)?(?: the)? (?:criterion|criteria|expected points?|points|anchors?|answer)(?: \w+){0,3}? (?:met|satisfied|covered|fulfilled|complete|correct|passed)\b",
    )),
    re.IGNORECASE,
)  # fmt: skip
_WEAK = re.compile(
    r"^\W*the (?:candidate|applicant|answer|response) (?:clearly |has |fully |deserves|demonstrat|show|meets|is |exceed|should|must)|\b(?:score|scores|scoring|rating|rubric|criteri(?:on|a)|full marks|evaluator|evaluation|instructions?|prompt|json)\b",
    re.IGNORECASE,
)  # fmt: skip
"""Only read beside a sentence that plainly addresses the evaluator."""
_REPORTED = re.compile(
    r"\b(?:prompt[- ]?injections?|injections?|injected|attack(?:s|er|ers|ed)?|payloads?|jailbreaks?|red[- ]team\w*|malicious|adversarial|exploit\w*|phishing|strings?|phrases? (?:like|such)|inputs?|such as|for example|e\.g\.)\b"
    r"|\b(?:users?|customers?|clients?|patients?|testers?|someone|somebody|people|students?|callers?|colleagues?|boss|manager|man|woman|guy|he|she|they|who|one|guest|guests|residents?|parents?|mother|father|child|pupil|it|that|document|e-?mail|ticket|page)\b[^.!?]{0,60}\b(?:said|says|saying|wrote|writes|writing|typed|types|typing|told|tells|telling|shouted|shouting|yelled|yelling|screamed|screaming|called|calling|asked|asking|tried|put|hid|hidden|contained|containing|read|sent|entered|pasted|posted|whispered|cried|insulted|thought|felt|feels)\b"
    r"|\b(?:being called|was called|got called|were called|were told|was told|i (?:told|asked) (?:my|the|our|a|him|her|them)|i (?:thought|remember thinking|used to (?:think|say|feel)))\b",
    re.IGNORECASE,
)  # fmt: skip
_INSULT = r"(?:stupid|idiot|idiotic|moron|moronic|dumb|dumbass|imbecile|asshole|arsehole|bitch|bastard|cunt|dickhead|prick|wanker|twat|piece of (?:shit|crap|garbage|junk)|worthless|pathetic|retarded|retard|scum|loser|clown|useless|trash)"
_ABUSE = re.compile(
    rf"\b(?:you(?:'re| are)|u r|ur|you) (?:(?:just|all|so|such|really|a|an|the|complete|total|fucking|bloody|damn|absolute|absolutely|f\*+ing|freaking) )*{_INSULT}\b"
    r"|\b(?:fuck|screw|f\*+k) (?:you|off|this (?:interview|bot|company)|your)\b|(?<!we )(?<!had )(?<!to )\bshut (?:the (?:fuck|hell) )?up\b(?! the| shop)|\bgo to hell\b|\bpiss off\b|\bkiss my ass\b|\beat shit\b"
    r"|\b(?:stupid|dumb|idiotic|fucking|useless|worthless|shitty|moronic) (?:bot|machine|robot|ai|interviewer|interview|computer|thing|bitch|company)\b"
    rf"|\b(?:he|she|they|(?:my|our|the|those|these|that) (?:\w+ )?(?:boss|manager|colleagues?|customers?|coworkers?|people|team|women|men|foreigners|users|patients|clients)) (?:is|was|are|were) (?:(?:just|all|such|really|a|an|complete|total|fucking|bloody|absolute) )*(?:idiots?|morons?|assholes?|arseholes?|bitch(?:es)?|bastards?|cunts?|retards?|retarded|scum|imbeciles?|dickheads?)\b"
    r"|\bi(?:'ll| will| am going to|'m going to) (?:kill|hurt|find|beat) you\b|\b(?:nigg(?:er|a)s?|faggots?|kikes?|spics?|chinks?|trann(?:y|ies))\b",
    re.IGNORECASE,
)  # fmt: skip
_DISTRESS = re.compile(
    r"\bi (?:can't|cannot|can not|cant|couldn't) (?:do|take|handle|bear|stand) (?:this|it)(?: interview)? (?:any ?more|any longer)\b|\bi(?:'m| am|m) (?:(?:so|really|just|starting to|kind of|going to|gonna|about to|having|still|literally) )*(?:panick(?:ing|ed)?|panic|crying|cry|in tears|having a (?:panic attack|breakdown)|a (?:panic attack|breakdown)|shaking|suicidal|break down|breaking down|falling apart|hyperventilating|faint|freaking out)\b"
    r"|\bi(?:'ve| have)? (?:(?:just|really|sometimes|do|still) )*(?:want|wanted|wish|need) to (?:die|kill myself|hurt myself|end (?:it all|my life)|disappear forever)\b|\bi wish i (?:was|were) dead\b|\b(?:kill|killing|hurt|hurting|harm|harming|cut|cutting) myself\b(?! (?:laughing|on|with|while|shaving|cooking|off|short|a))|\bend(?:ing)? my (?:own )?life\b|\bself[- ]harm(?:ing)? (?:again|myself|lately)\b|\bi (?:don't|do not) want to (?:live|be alive|be here)\b(?! in)(?: any ?more)?|\bno reason to live\b|\bi(?:'m| am) having (?:a |an )?(?:panic|anxiety) attack\b|\bi (?:can't|cannot|can not) (?:breathe|stop (?:crying|shaking))\b|\bi feel (?:like crying|like dying|hopeless|suicidal|completely hopeless)\b",
    re.IGNORECASE,
)  # fmt: skip
_FLAGGED: dict[FlagKind, re.Pattern[str]] = {"injection": _STRONG, "abuse": _ABUSE, "distress": _DISTRESS}
_NOTES: dict[FlagKind, str] = {
    "injection": "Words that address the evaluator rather than the question; they are left out of scoring.",
    "abuse": "Insulting or threatening words. Not scored.",
    "distress": "The candidate may be in distress; a person should look at this soon. Not scored.",
}


def flags(entry_id: int, text: str) -> tuple[Flag, ...]:
    """What the team should look at in one entry: injection, abuse, distress; at most one of each, never scored."""
    plain, _ = _readable(text)
    return tuple(
        Flag(kind=kind, note=_NOTES[kind], entry_id=entry_id)
        for kind, pattern in _FLAGGED.items()
        if _said(pattern, plain)
    )


def injected_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences that address the evaluator or a model, as half-open character ranges in order, without overlap.

    Sentences that report somebody else's words (a security engineer on prompt injection) are left alone.
    """
    plain, places = _readable(text)
    strong = _said(_STRONG, plain)
    if not strong:
        return ()
    cut: list[_Range] = []
    for sentence in _sentence_ranges(plain):
        inside = [hit for hit in strong if sentence[0] <= hit[0] < sentence[1]]
        follows = bool(cut) and not plain[cut[-1][1] : sentence[0]].strip()
        if inside or (follows and _WEAK.search(plain[slice(*sentence)])):
            cut.append((min(hit[0] for hit in inside), max(hit[1] for hit in inside)) if inside else sentence)
    return tuple(_placed(piece, places) for piece in cut)


_Range = tuple[int, int]
_LONG_SENTENCE = 40
"""Words above which a sentence is unpunctuated speech: only the words around the hit count as one."""


def _said(pattern: re.Pattern[str], plain: str) -> list[_Range]:
    """The sentences in which the candidate says what the pattern describes, as their own words and not as a report."""
    hits: list[_Range] = []
    for start, end in _sentence_ranges(plain):
        for match in pattern.finditer(plain[start:end]):
            if not _is_reported(plain, start, start + match.start(), start + match.end()):
                hits.append(_around(plain, (start, end), start + match.start(), start + match.end()))
                break
    return hits


def _around(plain: str, sentence: _Range, start: int, end: int) -> _Range:
    if len(plain[slice(*sentence)].split()) <= _LONG_SENTENCE:
        return sentence
    tail = re.match(r"(?:\s*\S+){0,12}", plain[end : sentence[1]])
    return start, end + (tail.end() if tail else 0)


def _is_reported(plain: str, sentence: int, start: int, end: int) -> bool:
    """Whether the words at `start` to `end` are told as somebody else's: after "the user typed", or in quotation marks."""
    quote = plain.rfind('"', 0, start)
    if quote >= 0 and plain.count('"', 0, start) % 2 and '"' in plain[end:]:
        closing = plain.index('"', end)
        return bool(
            _REPORTED.search(plain[max(0, quote - 120) : quote]) or _REPORTED.search(plain[closing : closing + 80])
        )
    return bool(_REPORTED.search(plain[max(sentence, start - 120) : start]))


def _sentence_ranges(plain: str) -> list[_Range]:
    return [match.span() for match in re.finditer(r"\S[^\n]*?(?:[.!?…]+[\"')\]]*(?=\s|$)|$)", plain, re.MULTILINE)]


def _readable(text: str) -> tuple[str, list[int]]:
    """The text with look-alike characters made plain and invisible ones dropped, and each character's old place."""
    kept = [
        (char.translate(_QUOTES), place)
        for place, original in enumerate(text)
        for char in (original if original == "\n" else unicodedata.normalize("NFKC", original))
        if unicodedata.category(char) != "Cf"
    ]
    return "".join(char for char, _ in kept), [place for _, place in kept]


_QUOTES = str.maketrans("“”„«»’‘`", '"""""\'\'\'')


def _placed(piece: _Range, places: list[int]) -> _Range:
    return places[piece[0]], places[piece[1] - 1] + 1
