/* stopwords: the small words of English and Spanish that say nothing about a subject. Sorted, so
 * that they can be searched; a test keeps them sorted. Other languages have none: there, words that
 * most texts share weigh little by themselves. */
#include <string.h>

#include "engine/topics/topics_internal.h"

static const char *const english[] = {
    "a",         "about",   "above",     "across",     "after",     "again",      "against",
    "ain't",     "all",     "almost",    "along",      "already",   "also",       "although",
    "always",    "am",      "among",     "an",         "and",       "another",    "any",
    "anybody",   "anyone",  "anything",  "are",        "aren't",    "arent",      "around",
    "as",        "at",      "away",      "back",       "be",        "because",    "been",
    "before",    "being",   "below",     "between",    "both",      "but",        "by",
    "came",      "can",     "can't",     "cannot",     "cant",      "come",       "could",
    "couldn't",  "couldnt", "did",       "didn't",     "didnt",     "do",         "does",
    "doesn't",   "doesnt",  "doing",     "don't",      "done",      "dont",       "down",
    "during",    "each",    "either",    "else",       "enough",    "especially", "etc",
    "even",      "ever",    "every",     "everybody",  "everyone",  "everything", "far",
    "few",       "for",     "from",      "further",    "get",       "gets",       "getting",
    "give",      "given",   "gives",     "go",         "goes",      "going",      "gone",
    "got",       "had",     "hadn't",    "has",        "hasn't",    "hasnt",      "have",
    "haven't",   "havent",  "having",    "he",         "he'd",      "he'll",      "he's",
    "her",       "here",    "here's",    "hers",       "herself",   "him",        "himself",
    "his",       "how",     "however",   "i",          "i'd",       "i'll",       "i'm",
    "i've",      "id",      "if",        "im",         "in",        "instead",    "into",
    "is",        "isn't",   "isnt",      "it",         "it'd",      "it'll",      "it's",
    "its",       "itself",  "ive",       "just",       "keep",      "kind",       "know",
    "let",       "let's",   "like",      "lot",        "lots",      "made",       "make",
    "makes",     "making",  "many",      "may",        "maybe",     "me",         "might",
    "mine",      "more",    "most",      "much",       "must",      "mustn't",    "my",
    "myself",    "need",    "needs",     "neither",    "never",     "no",         "nobody",
    "none",      "nor",     "not",       "nothing",    "now",       "of",         "off",
    "often",     "on",      "once",      "one",        "one's",     "ones",       "only",
    "onto",      "or",      "other",     "others",     "ought",     "our",        "ours",
    "ourselves", "out",     "over",      "own",        "per",       "perhaps",    "put",
    "quite",     "rather",  "really",    "same",       "say",       "says",       "see",
    "seem",      "seems",   "shall",     "shan't",     "she",       "she'd",      "she'll",
    "she's",     "should",  "shouldn't", "shouldnt",   "since",     "so",         "some",
    "somebody",  "someone", "something", "sometimes",  "somewhere", "still",      "such",
    "take",      "takes",   "than",      "that",       "that's",    "thats",      "the",
    "their",     "theirs",  "them",      "themselves", "then",      "there",      "there's",
    "these",     "they",    "they'd",    "they'll",    "they're",   "they've",    "theyre",
    "thing",     "things",  "think",     "this",       "those",     "though",     "through",
    "thus",      "till",    "to",        "together",   "too",       "toward",     "towards",
    "under",     "until",   "up",        "upon",       "us",        "use",        "used",
    "uses",      "using",   "very",      "via",        "want",      "wants",      "was",
    "wasn't",    "wasnt",   "way",       "ways",       "we",        "we'd",       "we'll",
    "we're",     "we've",   "well",      "went",       "were",      "weren't",    "what",
    "what's",    "when",    "where",     "whether",    "which",     "while",      "who",
    "who's",     "whom",    "whose",     "why",        "will",      "with",       "within",
    "without",   "won't",   "wont",      "would",      "wouldn't",  "wouldnt",    "yes",
    "yet",       "you",     "you'd",     "you'll",     "you're",    "you've",     "your",
    "youre",     "yours",   "yourself",  "yourselves",
};

static const char *const spanish[] = {
    "a",        "acerca",   "además",   "ahi",       "ahora",    "ahí",       "al",
    "algo",     "algun",    "alguna",   "algunas",   "alguno",   "algunos",   "algún",
    "alla",     "alli",     "allá",     "allí",      "ambos",    "ante",      "antes",
    "aquel",    "aquella",  "aquellas", "aquello",   "aquellos", "aqui",      "aquí",
    "asi",      "así",      "aun",      "aunque",    "aún",      "bajo",      "bastante",
    "bien",     "cada",     "casi",     "como",      "con",      "contra",    "cosa",
    "cosas",    "cual",     "cuales",   "cualquier", "cuando",   "cuanto",    "cuán",
    "cuándo",   "cuánto",   "cómo",     "da",        "dan",      "dar",       "de",
    "debe",     "deben",    "del",      "demasiado", "demás",    "dentro",    "desde",
    "despues",  "después",  "donde",    "dos",       "durante",  "dónde",     "e",
    "el",       "ella",     "ellas",    "ello",      "ellos",    "en",        "entonces",
    "entre",    "era",      "eran",     "eres",      "es",       "esa",       "esas",
    "ese",      "eso",      "esos",     "esta",      "estaba",   "estaban",   "estado",
    "estamos",  "estan",    "estar",    "estas",     "este",     "esto",      "estos",
    "estoy",    "está",     "están",    "fue",       "fueron",   "ha",        "haber",
    "habia",    "había",    "habían",   "hace",      "hacen",    "hacer",     "hacia",
    "haciendo", "han",      "has",      "hasta",     "hay",      "haya",      "he",
    "hecho",    "hemos",    "hoy",      "incluso",   "ir",       "la",        "las",
    "le",       "les",      "lo",       "los",       "luego",    "mas",       "me",
    "mi",       "mientras", "mis",      "misma",     "mismas",   "mismo",     "mismos",
    "mucha",    "muchas",   "mucho",    "muchos",    "muy",      "más",       "mí",
    "nada",     "nadie",    "ni",       "ningun",    "ninguna",  "ninguno",   "ningún",
    "no",       "nos",      "nosotras", "nosotros",  "nuestra",  "nuestras",  "nuestro",
    "nuestros", "nunca",    "o",        "os",        "otra",     "otras",     "otro",
    "otros",    "para",     "parece",   "pero",      "poca",     "pocas",     "poco",
    "pocos",    "podemos",  "poder",    "podria",    "podría",   "por",       "porque",
    "pueda",    "puede",    "pueden",   "puedo",     "pues",     "que",       "queremos",
    "quien",    "quienes",  "quiere",   "quieren",   "quiero",   "quién",     "qué",
    "se",       "sea",      "sean",     "según",     "ser",      "será",      "si",
    "sido",     "siempre",  "sin",      "sino",      "sobre",    "solamente", "solo",
    "somos",    "son",      "soy",      "su",        "sus",      "suya",      "suyo",
    "sí",       "sólo",     "tal",      "tambien",   "también",  "tampoco",   "tan",
    "tanto",    "te",       "tenemos",  "tener",     "tengo",    "ti",        "tiene",
    "tienen",   "toda",     "todas",    "todavia",   "todavía",  "todo",      "todos",
    "tras",     "tu",       "tus",      "tú",        "u",        "un",        "una",
    "unas",     "uno",      "unos",     "usted",     "ustedes",  "va",        "vamos",
    "van",      "varias",   "varios",   "veces",     "ver",      "vez",       "voy",
    "y",        "ya",       "yo",       "él",
};

static bool is_in(const char *word, const char *const *words, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(word, words[middle]);
        if (order == 0) return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

bool topics_is_stop_word(const char *code, const char *word)
{
    if (strcmp(code, "en") == 0) return is_in(word, english, sizeof english / sizeof *english);
    if (strcmp(code, "es") == 0) return is_in(word, spanish, sizeof spanish / sizeof *spanish);
    return false;
}
