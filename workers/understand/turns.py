"""Grammar of ways of speaking that a list of spellings can't say, for `wording`; in this order."""

from __future__ import annotations

_MINE = (
    r"(?:mum|mam|ma|da|dad|daddy|mother|father|son|daughter|husband|wife|sister|brother|kids?|bill"
    r"|phone|house|account|bag|order|parcel|flat|boiler|head|mates?|nan|gran|old"
    r"|new|own|last|first|hair|car|job|name|room|telly|television|mother|missus|fella|lad|children"
    r"|child|little|hands?|eyes?|heart|grand\w+|cousin|neighbours?|leg|knees?|girl|boy|garden|kitchen)"
)
_GOOD = (
    r"(?=(?:good|bad|nice|kind|slow|quick|fast|easy|hard|cheap|dear|clean|dirty|rude|polite|busy"
    r"|friendly|helpful|happy|sad|angry|annoyed|pleased|cold|hot|warm|late|early|short|big|small"
    r"|lovely|handy|clear|simple|tasty|comfy|noisy|quiet|old|tired|upset|disappointed|glad|proud"
    r"|sorry|grateful|chuffed|gutted|impressed|useful|fair|fresh|decent|expensive|awful|delighted"
    r"|excellent|rubbish|poor|disgusting|broken|confusing|patient|stressed|worried|scared|fed|annoying"
    r"|out of order)\b)"
)
_HAVE = r"(?=\w+(?:ed|[^u]t|en|ld|ne)\b|said|had|come|paid|made|heard)"
# "be" after these is plain grammar
_FREE = "".join(
    rf"(?<!\b{word} )"
    for word in (
        *("would", "wouldn't", "will", "won't", "can", "can't", "could", "couldn't", "should"),
        *("may", "might", "must", "let", "leave", "as"),
    )
)
_END = r"(?=\s*(?:[.,!?]|$))"
# (words without one of which it can't be, pattern, what is read instead)
TURNS: tuple[tuple[str, str, str], ...] = (
    # "so it is", "innit", "like", "lah", "mate": they call for assent and tell nothing
    ("so", r",? so (?:it|he|she|they|I|we|you) (?:is|was|did|do|does|am|are|were|has|have|had|will"
     r"|would|can|ca|wo)(?:n't)?\b" + _END, ""),
    ("innit like mate bruv fam blud bro bruh man pal hen pet duck boyo mun la see eh"
     " y'know know tell all me na yaar sha sef real cap god ngl lie it what hey sir ma'am honey"
     " sis dawg chief boss guv oh trust boy you",
     r",\s*(?:isn't it|like|mate|bruv|fam|blud|bro|bruh|man|big man|pal|hen|pet|duck|boyo|boy|mun"
     r"|la|see|eh|y'?know|ya know|you know|know what I mean|I tell you|let me tell you|at all|sis"
     r"|you hear me|trust me|na|yaar|sha|sef|oh|for real|no cap|on god|ngl|not gonna lie|what|hey"
     r"|you|sir|ma'am|honey|dawg|chief|boss|guv|me)" + _END, ""),
    ("o", r"\s(?:o)(?=\s*[.!?]?\s*$)", ""),
    ("lah lor leh liao hor sia aiyo aiyah aiya alamak walao och ach abi deadass lowkey bruv bruh"
     " bleedin bleeding feckin feckin' feckin flippin flipping bloody ruddy yo um umm uh uhh er erm"
     " hmm",
     r"\b(?:lah|lor|leh|liao|hor|sia|aiy(?:o|ah?)|alamak|walao|och|ach|abi|deadass|lowkey|bruv|bruh"
     r"|bleedin[g']?|feckin[g']?|flippin[g']?|bloody|ruddy|yo|um+|uh+|erm?|hmm+)(?!\w),?", ""),
    ("oi ey eh aw sure listen look right well so like ah",
     r"^\s*(?:oi|ey|eh|aw|sure|listen|look|right|well|so|like|ah sure|ah)\b,\s*", ""),
    ("ah", r"\bah (?!yes|well|no\b|right|the|there|that|now|thank)(?=\w)", "I "),
    ("dead pure proper well right bare hella wicked real mighty",
     r"\b(?:dead|pure|proper|well|right|bare|hella|wicked|real|mighty) (?:dead )?" + _GOOD,
     "very "),
    ("me ma mi mah", r"\b(?:me|ma|mi|mah) (?=" + _MINE + r"\b)", "my "),
    ("ma mah", r"(?<!my )(?<!me )(?<!your )(?<!our )\bmah? (?=[a-z]{3})", "my "),
    ("t'", r"(?<![\w'])t' ?(?=\w)", "the "),
    ("a", r"\ba-(?=\w+in)", ""),  # "a-going"
    ("in'", r"\b(\w{2,})in'(?!\w)", r"\1ing"),
    ("in",
     r"\b(wait|work|do|gett|call|try|look|talk|com|mak|tak|pay|fix|ask|tell|sitt|liv|lov|mess|runn"
     r"|charg|freez|mov|keep|send|ring|read|want|leav|laugh|cry|say|giv|help|hold|stand|stay|feel"
     r"|show|turn|play|buy|break|answer|pick|chuck|logg|chas|phon|los|bring|carry|speak|eat|hopp"
     r"|wonder|see|hav|pass|kidd|jok|complain|driv|walk|shout|book|order|clean|chang)in\b",
     r"\1ing"),
    ("an", r"\ban (?=(?-i:[bcdfgjklmnpqrstvwyz][a-z]))", "and "),
    ("were", r"(?<!if )\b(I|he|she|it|nobody|everybody|everyone) were\b", r"\1 was"),
    ("was", r"\b(we|you|they) was\b", r"\1 were"),
    ("don't", r"\b(he|she|it|that|this) don't\b", r"\1 doesn't"),
    ("be", _FREE + r"\b(he|she|it) (?:do )?be\b", r"\1 is"),
    ("be", _FREE + r"\b(we|you|they) (?:do )?be\b", r"\1 are"),
    ("they", r"\b(I|he|she|it|we|to) they (?=\w)", r"\1 "),  # "I dey"
    ("they", r"\bno they\b", "isn't there"),  # "light no dey"
    ("done been don", r"\b(I|we|you|they) (?:done|been|don) " + _HAVE, r"\1 have "),
    ("done been don", r"\b(he|she|it) (?:done|been|don) " + _HAVE, r"\1 has "),
    ("wants needs says gets asks thinks calls knows likes loves works lives pays uses goes",
     r"\b(I|we|you|they) (want|need|say|get|ask|think|call|know|like|love|work|live|pay|use|go)"
     r"e?s\b", r"\1 \2"),
    ("seen seed", r"\b(I|he|she|we|they) (?:seen|seed)\b", r"\1 saw"),
    ("after", r"\b(I|we|you|they)(?:'m|'re| am| are) after (\w+ing)\b", r"\1 have just been \2"),
    ("after", r"\b(he|she|it)(?:'s| is) after (\w+ing)\b", r"\1 has just been \2"),
    ("nobody", r"\b(?:isn't|don't|can't|doesn't) nobody\b", "nobody"),
    ("isn't", r"\b(I|we|you|they) isn't " + _HAVE, r"\1 haven't "),
    ("isn't", r"\b(we|you|they) isn't\b", r"\1 aren't"),
    ("isn't don't doesn't didn't can't won't haven't never",
     r"\b(isn't|don't|doesn't|didn't|can't|won't|haven't|never) never\b", r"\1"),
    ("nothing", r"(\bnobody|n't|\bnever)( \w+)? nothing\b", r"\1\2 anything"),
    ("nobody", r"(n't|\bnever)((?: \w+){1,2}) nobody\b", r"\1\2 anybody"),
)  # fmt: skip
