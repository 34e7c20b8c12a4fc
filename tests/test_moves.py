"""What a candidate's words mean besides an answer."""

from __future__ import annotations

import pytest
from bounded import bounded

from interview.models import MAX_ANSWER_CHARS, Move
from interview.moves import (
    correction_text,
    is_affirmative,
    is_negative,
    is_objection,
    is_stuck,
    recognise,
)

MOVES: dict[Move, list[str]] = {
    "repeat": [
        "Could you repeat that please?",
        "Sorry, what was the question?",
        "Can you say that again?",
        "Repeat please.",
        "Pardon?",
        "Sorry?",
        "I didn't catch that.",
        "Could you please read the question once more?",
        "I'm sorry, I didn't hear the question, could you repeat it?",
        "What was the question again?",
        "sorry i didnt catch that can you repeat it",
        "Can you to repeat the question?",
        "Come again?",
        "You broke up there, can you say that again please?",
        "Please repeat question",
        "Can you say again the question please",
        "Could you speak more slowly please?",
        "I forgot the question.",
        "Would you mind repeating the question?",
        "I missed that, can you say it again?",
    ],
    "rephrase": [
        "Can you put that differently?",
        "I don't understand the question.",
        "Could you rephrase that please?",
        "I'm not sure what you mean.",
        "What do you mean by stakeholder?",
        "Could you explain the question?",
        "I don't know what you mean.",
        "Could you say it in other words?",
        "I didn't understood the question, can you explain me the question?",
        "Can you ask that in a simpler way?",
        "Do you mean at work or in my studies?",
        "Sorry, my English is not so good, can you say it in simple English?",
        "I'm not sure I understand the question.",
        "What means stakeholder?",
        "The question is not clear to me.",
        "Could you clarify the question, please?",
        "I did not really get the question. Could you rephrase it?",
        "I'm confused by the question.",
        "What exactly do you mean by that?",
    ],
    "think": [
        "Let me think for a moment.",
        "Give me a second.",
        "One moment please.",
        "Hmm, let me think.",
        "Just a second.",
        "Can I have a minute to think?",
        "That's a good question, let me think about it.",
        "I need a moment.",
        "Hold on.",
        "Wait a second please",
        "Could I take a moment to think about that?",
        "Let me see.",
        "I'd like to stop and think for a moment",
        "Okay, um, let me think about that for a second.",
        "Can we take a short break?",
        "May I have some time to think?",
        "Bear with me for a second.",
        "I'm still thinking.",
    ],
    "skip": [
        "Can we skip this one?",
        "Next question please.",
        "Pass.",
        "Skip.",
        "I'd like to skip this question.",
        "Let's move on to the next question.",
        "Could we go to the next one please?",
        "I pass on this one.",
        "I don't know, can we skip this one?",
        "I would rather not answer that.",
        "Can we move on?",
        "I don't have an example, next question please.",
        "Please skip it.",
        "May we go on to another question?",
        "I'd prefer not to answer this question",
        "Another question, please.",
    ],
    "ask": [
        "What would the team look like?",
        "Is the role remote?",
        "How big is the team?",
        "Who would I report to?",
        "When will I hear back?",
        "Do you offer visa sponsorship?",
        "Can I ask what the salary is?",
        "How long does this interview take?",
        "How many questions are left?",
        "Are you a real person?",
        "Will this be recorded?",
        "Could you tell me more about the team?",
        "Before I answer, I have a quick question: what is the tech stack of the team?",
        "What are the next steps?",
        "what would the team look like",
        "What happens after this interview?",
        "Who will read my answers?",
        "I would like to know how the team works.",
        "How many people are in the team?",
        "Would I be working with the data team?",
        "When does the job start?",
        "Do you know when I will get the feedback?",
    ],
    "correct": [
        "I want to correct my last answer: it was 40, not 14.",
        "Correction: we had three servers.",
        "Let me correct what I said earlier, it was March.",
        "I'd like to change my previous answer.",
        "Can I correct something I said? It took four weeks.",
        "I need to correct my last answer. The budget was 20k.",
        "Sorry, I misspoke: it was four weeks.",
        "I made a mistake in my last answer, the team had six people.",
        "Actually, let me correct myself: it was 2021.",
        "I would like to revise my previous response: I led the migration alone.",
        "Could I fix something I said earlier? We used Postgres.",
        "A small correction, please: it was the second quarter.",
        "May I please correct my answer: I meant Kafka.",
        "I said it wrong in my last answer, it was ten people.",
    ],
    "hint": [
        "Can you give me a hint?",
        "can I get a hint",
        "Could I have some help, please?",
        "Can you help me with this question?",
        "I need a hint.",
        "I could use some help here.",
        "A hint, please.",
        "Any tips?",
        "help",
        "I don't know what to say. Could you give me a hint please?",
        "I'm stuck, could you maybe give me a little hint?",
        "Do you have a tip for me?",
        "Is it possible to get another hint?",
    ],
    "stop": [
        "I would like to stop the interview.",
        "Let's end here.",
        "Can we stop here please?",
        "I want to stop.",
        "Please end the interview.",
        "I don't want to continue.",
        "Stop the interview",
        "I'd like to end this session now.",
        "I want to quit the interview.",
        "Sorry, I have to leave now.",
        "I can't continue the interview.",
        "I wish to withdraw my application.",
        "Could we finish the interview here?",
        "Let's stop now.",
        "Can we end the interview now?",
        "I do not wish to continue this interview.",
    ],
}

ANSWERS = [
    "Let me think... so in 2021 I led the migration of our billing system.",
    "So I asked them: what would you do?",
    "I don't know.",
    "I don't know, maybe I would ask my manager first.",
    "Pass rate was 90 percent after we fixed the tests.",
    "Repeat customers were the main source of revenue.",
    "One moment I remember is when the server went down.",
    "I had to correct my last answer to the auditors.",
    "Correction of errors documents were my job.",
    "I asked the customer to repeat the question and then called back.",
    "Next question was who should own it, and I said me.",
    "We decided to skip this one and move on to the next release.",
    "I stopped the interview with the vendor because they lied.",
    "Let's say the database is down; I would check the logs first.",
    "What the team needed was a clear owner.",
    "What would I do? I would talk to both of them.",
    "How would I handle it? Call the customer, listen, and offer a refund.",
    "Who doesn't want a good team?",
    "What is a team without trust?",
    "Is the customer always right? No, but they are always the customer.",
    "I think we should stop the deployment here and roll back.",
    "Give me a second chance, that is what the client said.",
    "I would like to end the session with a retrospective and actions.",
    "Skip levels are a good tool; I had them monthly.",
    "I didn't understand the requirements, so I asked the product owner.",
    "I don't understand people who skip tests.",
    "I didn't hear any complaints after that.",
    "Wait times fell from ten minutes to two.",
    "Yes.",
    "No.",
    "I would stop the line and call the supervisor.",
    "Could you repeat that is what I say to patients to check that they understood.",
    "I want to correct a common misunderstanding: agile is not chaos.",
    "Let me explain it differently: we had two queues and one worker.",
    "I would rephrase the question for the customer.",
    "I would like to say that the team was great.",
    "Can we ship it? That was the question everyone asked me.",
    "I'd ask: what does the role of the team look like?",
    "Let's move on to the result: we cut costs by 20 percent.",
    "I take a moment to think before I answer angry customers.",
    "I need a minute to fill the kettle, then I start the shift.",
    "I never had that situation.",
    "It was hard. I thought, can I continue the interview?",
    "We finished here in March.",
    "I said let's stop here and think.",
    "First, I would clarify the question with the stakeholder.",
    "Do you mean business, I asked him, or not?",
    "I was wrong about the cache, so I changed the design.",
    "I was wrong, so I apologised to the whole team.",
    "I made a mistake: I deployed on a Friday without a rollback plan.",
    "My mistake was that I did not ask the team.",
    "I passed.",
    "I would ask for help.",
    "I'd get help.",
    "I need help from my manager when that happens.",
    "I needed help with that, so I asked Maria.",
    "I got a tip from a colleague and looked at the cache.",
    "I give hints to new colleagues.",
    "I would give the customer a hint.",
    "Could you help me, the customer asked, and I did.",
    "I would love to help.",
    "We can get help.",
    "I told them to hold on, and I called the doctor.",
    "That's all.",
    "I'm done.",
    "I think I have answered it.",
    "To stop the interview from failing, I prepared a checklist.",
    "Would I do it again? Yes, because the team learned from it.",
    "Are you sure, I asked the doctor, that this is the dose?",
    "Why would the team trust me otherwise?",
    "In my team we skip the question of blame.",
    "The interview with the customer ended there, so we stopped.",
    "What happened next was that the role of the team changed.",
    "I would ask the customer: is the problem still there?",
    "Let me see what I can remember: it was March and we had two servers.",
    "Sorry, I was nervous. I led the project for two years.",
    "Can I say it in German? Entschuldigung.",
    "Wait, so I called the depot and they found it.",
    "Next I called the doctor.",
    "I'd say no.",
]

STUCK = [
    "I don't know",
    "no idea",
    "I can't think of anything",
    "hmm not sure",
    "",
    "...",
    "um",
    "I really don't know, sorry",
    "Nothing comes to mind.",
    "I have never been in such a situation.",
    "I'm stuck.",
    "No help.",
    "My mind is blank",
    "i dunno",
    "No.",
    "Hmm, I can't remember an example right now.",
]
NOT_STUCK = [
    "I don't know the exact number but we served 400 requests a second.",
    "fine",
    "I would ask my manager",
    "Not sure it was right, but I fixed it.",
    "can we skip this one",
    "Let me think",
    "yes",
    "I had no idea how Kafka worked, so I read the docs.",
    "I don't know, maybe I would ask my manager first.",
    "Could you repeat the question?",
    "I was stuck for two days until I read the logs.",
]
YES = [
    "yes",
    "Yes please",
    "yeah let's end here",
    "sure",
    "ok",
    "I do",
    "I want to stop",
    "Yes, please end the interview.",
    "that's right",
    "Yes, I'm sure.",
    "Yep.",
]
NO = [
    "no",
    "No, let's continue",
    "not yet",
    "yes, let's continue",
    "I'd like to go on",
    "keep going",
    "nope",
    "No thanks, I want to continue",
    "please continue",
    "No, I don't want to stop.",
    "Sorry, that was a mistake.",
]
NEITHER = [
    "In 2021 I led the migration.",
    "Maybe.",
    "please",
    "What?",
    "",
    "I do the rota every month and the team likes it.",
    "Nobody was hurt.",
]


@pytest.mark.parametrize(("move", "text"), [(move, text) for move, texts in MOVES.items() for text in texts])
def test_a_plain_request_is_recognised(move: Move, text: str) -> None:
    assert recognise(text) == move


def test_every_move_has_a_dozen_examples_and_answers_have_forty() -> None:
    assert all(len(texts) >= 12 for texts in MOVES.values())
    assert len(ANSWERS) >= 40


@pytest.mark.parametrize("text", ANSWERS)
def test_anything_that_may_be_an_answer_is_one(text: str) -> None:
    assert recognise(text) == "answer"


@pytest.mark.parametrize(("move", "text"), [(move, texts[0]) for move, texts in MOVES.items() if move != "correct"])
def test_a_request_inside_a_longer_answer_is_part_of_the_answer(move: Move, text: str) -> None:
    """One sentence of story beside a request makes the whole an answer."""
    assert recognise(f"{text} In 2021 I led the migration of our billing system.") == "answer", move
    assert recognise(f"I led the migration of our billing system, and I said to my colleague {text}") == "answer"


@pytest.mark.parametrize("text", MOVES["repeat"] + MOVES["skip"] + MOVES["stop"])
def test_case_and_punctuation_do_not_matter(text: str) -> None:
    if text.endswith("?") and len(text.split()) == 1:
        return  # "Sorry?" asks only with its question mark
    expected = recognise(text)
    assert recognise(text.lower().rstrip(".?!")) == expected
    assert recognise(text.replace("'", "’")) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I want to correct my last answer: it was 40, not 14.", "it was 40, not 14"),
        ("Correction: we had three servers.", "we had three servers"),
        ("Sorry, I misspoke: it was four weeks.", "it was four weeks"),
        ("Can I correct something I said? It took four weeks.", "It took four weeks"),
        ("I'd like to change my previous answer.", ""),
        ("We had three servers.", ""),
    ],
)
def test_a_correction_gives_the_words_after_its_lead_in(text: str, words: str) -> None:
    assert correction_text(text) == words


def test_a_spoken_correction_may_be_long() -> None:
    words = "it was not forty but fourteen servers " * 20
    assert recognise(f"I want to correct my last answer: {words}") == "correct"


@pytest.mark.parametrize("text", STUCK)
def test_having_nothing_to_say_is_stuck(text: str) -> None:
    assert is_stuck(text)
    assert recognise(text) == "answer"


@pytest.mark.parametrize("text", NOT_STUCK)
def test_an_answer_with_content_is_not_stuck(text: str) -> None:
    assert not is_stuck(text)


@pytest.mark.parametrize("text", YES)
def test_a_plain_yes(text: str) -> None:
    assert is_affirmative(text)
    assert not is_negative(text)


@pytest.mark.parametrize("text", NO)
def test_a_plain_no_or_the_wish_to_go_on(text: str) -> None:
    assert is_negative(text)
    assert not is_affirmative(text)


@pytest.mark.parametrize("text", NEITHER)
def test_neither_yes_nor_no(text: str) -> None:
    assert not is_affirmative(text)
    assert not is_negative(text)


@pytest.mark.parametrize(
    "piece", ["so and then we ", "can you please just maybe kindly ", "a", '"', "!? ", "i think ", "\u200b"]
)
def test_the_longest_answer_is_read_to_its_end(piece: str) -> None:
    """Whatever is repeated: no pattern goes round and round."""
    text = (piece * MAX_ANSWER_CHARS)[:MAX_ANSWER_CHARS]
    with bounded():
        assert recognise(text) == "answer"
        recognise(text[:200])
        correction_text(text)
        is_stuck(text)
        is_affirmative(text)


@pytest.mark.parametrize(
    "text", ["Is there on-call?", "Who would be my mentor?", "Do you have shifts at night?", "Why do you ask?"]
)
def test_a_short_question_about_the_job_is_no_answer(text: str) -> None:
    assert recognise(text) == "ask"


@pytest.mark.parametrize("text", ["I asked them: why do you ask? And they told me.", "We had on-call every week."])
def test_telling_of_a_question_is_an_answer(text: str) -> None:
    assert recognise(text) == "answer"


# --- objections -------------------------------------------------------------------------------------------------------

OBJECTIONS = [
    "I already answered that.",
    "I told you that already",
    "I've already told you that!",
    "I just told you.",
    "Well, I think I already answered that in my last answer.",
    "Sorry, but I have already explained this.",
    "I already talked about that in the previous question",
    "As I said before.",
    "You already asked me that.",
    "You asked that before",
    "You keep asking the same thing.",
    "Why do you keep asking me the same question?",
    "that's the same question again",
    "Is that not the same question?",
    "Same question again?",
    "this question is unfair",
    "That is not a fair question",
    "What a stupid question.",
    "I don't like this question.",
    "This question has nothing to do with the job",
]
NO_OBJECTIONS = [
    "",
    "I already told them that the release was late.",
    "I explained it.",
    "I answered the customer's question.",
    "As I said, I checked the logs first.",
    "I told you about the cache; I also wrote a test for it.",
    "I already covered it in the test plan for the team.",
    "It was the same question the customer had asked before.",
    "That is unfair to the others.",
    "We already discussed that.",
    "This is a stupid question to ask a patient who is in pain.",
    "I already had the data.",
    "I don't know.",
    "I already answered that, can we skip it?",
]


@pytest.mark.parametrize("text", OBJECTIONS)
def test_an_objection_is_no_answer(text: str) -> None:
    assert is_objection(text)
    assert (recognise(text), is_stuck(text)) == ("answer", False)


@pytest.mark.parametrize("text", NO_OBJECTIONS)
def test_what_tells_of_something_is_no_objection(text: str) -> None:
    assert not is_objection(text)


@pytest.mark.parametrize("text", ANSWERS + [f"{one} I traced the fault to the cache." for one in OBJECTIONS])
def test_an_objection_inside_an_answer_is_part_of_it(text: str) -> None:
    assert not is_objection(text)
    assert recognise(text) == "answer"


def test_reading_an_objection_comes_to_an_end() -> None:
    """Also for words that are built to make patterns search, and for the longest that may be sent."""
    with bounded():
        for text in (
            "i already " * 15,
            "i told you that already " * 6 + "x",
            ("same question " * 2_000)[:MAX_ANSWER_CHARS],
        ):
            assert not is_objection(text)
