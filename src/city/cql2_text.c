/* CQL2 text, by recursive descent. */
#include "city/cql2_private.h"

#include "base/text.h"
#include <string.h>

typedef enum token_kind {
    END,
    WORD,   /* an identifier or keyword */
    QUOTED, /* "identifier" */
    TEXT,   /* 'text' */
    NUMBER,
    SYMBOL, /* ( ) , = <> < <= > >= */
} token_kind;

typedef struct parser {
    cql2_builder build;
    hs_str text;
    size_t at;    /* behind the token */
    size_t begin; /* of the token */
    token_kind kind;
    hs_str token; /* decoded: without quotes */
    double number;
    unsigned depth;
} parser;

static bool is_word_start(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c >= 0x80;
}

static bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}

static unsigned char peek(const parser *p, size_t ahead) {
    return p->at + ahead < p->text.size ? (unsigned char)p->text.data[p->at + ahead] : 0;
}

/* A quote inside stands twice, or behind a backslash where it is a text's. */
static void read_quoted(parser *p, char quote) {
    char *out = hs_arena_alloc(p->build.arena, p->text.size - p->at + 1);
    size_t size = 0;
    if (!out) {
        p->build.status = hs_error_memory(p->build.error, "a filter");
        return;
    }
    for (p->at++; p->at < p->text.size; p->at++) {
        char c = p->text.data[p->at];
        if (c == '\\' && quote == '\'' && peek(p, 1) == '\'') {
            c = '\'';
            p->at++;
        } else if (c == quote) {
            if (peek(p, 1) != (unsigned char)quote) break;
            p->at++;
        }
        out[size++] = c;
    }
    if (p->at >= p->text.size) {
        hs_cql2_fail(&p->build, "a quote at byte %zu is not closed", p->begin + 1);
        return;
    }
    p->at++;
    p->kind = quote == '"' ? QUOTED : TEXT;
    p->token = (hs_str){out, size};
}

static void read_number(parser *p) {
    size_t from = p->at;
    if (peek(p, 0) == '-' || peek(p, 0) == '+') p->at++;
    while (is_digit(peek(p, 0)) || peek(p, 0) == '.')
        p->at++;
    if ((peek(p, 0) | 32) == 'e') {
        size_t sign = peek(p, 1) == '-' || peek(p, 1) == '+' ? 2 : 1;
        if (is_digit(peek(p, sign))) p->at += sign;
        while (is_digit(peek(p, 0)))
            p->at++;
    }
    p->kind = NUMBER;
    p->token = (hs_str){p->text.data + from, p->at - from};
    if (!hs_str_to_double(p->token, &p->number))
        hs_cql2_fail(&p->build, "%.*s is no number", (int)hs_utf8_cut(p->token, 40), p->token.data);
}

static void read_symbol(parser *p) {
    char c = (char)peek(p, 0);
    char next = (char)peek(p, 1);
    size_t size = (c == '<' && (next == '>' || next == '=')) || (c == '>' && next == '=') ? 2 : 1;
    if (!strchr("(),=<>", c)) {
        hs_str rest = {p->text.data + p->at, p->text.size - p->at};
        hs_cql2_fail(&p->build, "%.*s at byte %zu is not understood", (int)hs_utf8_cut(rest, 20), rest.data,
                     p->at + 1);
        return;
    }
    p->kind = SYMBOL;
    p->token = (hs_str){p->text.data + p->at, size};
    p->at += size;
}

static void advance(parser *p) {
    while (p->at < p->text.size && strchr(" \t\r\n", p->text.data[p->at]) && p->text.data[p->at])
        p->at++;
    p->begin = p->at;
    p->kind = END;
    p->token = (hs_str){"", 0};
    if (p->at >= p->text.size || p->build.status != HS_OK) return;
    unsigned char c = peek(p, 0);
    if (c == '\'' || c == '"') {
        read_quoted(p, (char)c);
    } else if (is_digit(c) ||
               ((c == '-' || c == '+' || c == '.') && (is_digit(peek(p, 1)) || peek(p, 1) == '.'))) {
        read_number(p);
    } else if (is_word_start(c)) {
        while (is_word_start(peek(p, 0)) || is_digit(peek(p, 0)) || peek(p, 0) == '.' || peek(p, 0) == '-')
            p->at++;
        p->kind = WORD;
        p->token = (hs_str){p->text.data + p->begin, p->at - p->begin};
    } else if (c) {
        read_symbol(p);
    } else {
        hs_cql2_fail(&p->build, "a byte 0 at byte %zu", p->at + 1);
    }
}

static bool is_word(const parser *p, const char *word) {
    return p->kind == WORD && hs_str_equal_nocase(p->token, hs_str_of(word));
}

static bool is_symbol(const parser *p, const char *symbol) {
    return p->kind == SYMBOL && hs_str_equal(p->token, hs_str_of(symbol));
}

static bool take_word(parser *p, const char *word) {
    bool there = p->build.status == HS_OK && is_word(p, word);
    if (there) advance(p);
    return there;
}

static bool take_symbol(parser *p, const char *symbol) {
    bool there = p->build.status == HS_OK && is_symbol(p, symbol);
    if (there) advance(p);
    return there;
}

static hs_cql2 *expected(parser *p, const char *what) {
    if (p->kind == END) return hs_cql2_fail(&p->build, "%s is expected at the end", what);
    return hs_cql2_fail(&p->build, "%s is expected at byte %zu, not %.*s", what, p->begin + 1,
                        (int)hs_utf8_cut(p->token, 40), p->token.data);
}

static bool need_symbol(parser *p, const char *symbol) {
    if (take_symbol(p, symbol)) return true;
    expected(p, symbol);
    return false;
}

static hs_cql2 *parse_value(parser *p);
static hs_cql2 *parse_or(parser *p);

static hs_cql2 *parse_text_argument(parser *p, bool may_be_open) {
    if (p->kind != TEXT) return expected(p, "a text in single quotes");
    hs_str text = p->token;
    advance(p);
    return hs_cql2_instant(&p->build, text, may_be_open);
}

static hs_cql2 *parse_interval_end(parser *p) {
    return p->kind == TEXT ? parse_text_argument(p, true) : parse_value(p);
}

static hs_cql2 *parse_interval(parser *p) {
    if (!need_symbol(p, "(")) return NULL;
    hs_cql2 *from = parse_interval_end(p);
    if (!from || !need_symbol(p, ",")) return NULL;
    hs_cql2 *to = parse_interval_end(p);
    if (!to || !need_symbol(p, ")")) return NULL;
    return hs_cql2_binary(&p->build, HS_CQL2_INTERVAL, from, to);
}

static hs_cql2 *parse_box(parser *p) {
    double values[6];
    int count = 0;
    if (!need_symbol(p, "(")) return NULL;
    do {
        if (p->kind != NUMBER || count == 6) return expected(p, "a number of BBOX, four or six,");
        values[count++] = p->number;
        advance(p);
    } while (take_symbol(p, ","));
    if (count != 4 && count != 6) return expected(p, "four or six numbers of BBOX");
    if (!need_symbol(p, ")")) return NULL;
    hs_cql2 *node = hs_cql2_node(&p->build, HS_CQL2_BOX, 0);
    if (!node) return NULL;
    int half = count / 2;
    node->box[0] = values[0];
    node->box[1] = values[1];
    node->box[2] = values[half];
    node->box[3] = values[half + 1];
    return node;
}

/* The text up to the parenthesis that closes the first one; its meaning is the geometry library's. */
static hs_cql2 *parse_wkt(parser *p, size_t from) {
    unsigned open = 0;
    while (take_word(p, "Z") || take_word(p, "M") || take_word(p, "ZM"))
        continue;
    if (!is_symbol(p, "(") && !is_word(p, "EMPTY")) return expected(p, "( of a geometry");
    size_t end = p->at;
    for (; p->build.status == HS_OK; advance(p)) {
        if (p->kind == END) return expected(p, ") of a geometry");
        end = p->at;
        if (is_symbol(p, "(") && ++open > HS_CQL2_MOST_DEPTH) return expected(p, "a flatter geometry");
        if (is_symbol(p, ")")) open--;
        if (open == 0) break;
    }
    advance(p);
    hs_cql2 *node = hs_cql2_node(&p->build, HS_CQL2_WKT, 0);
    if (node) node->text = (hs_str){p->text.data + from, end - from};
    return node;
}

static hs_cql2 *parse_case(parser *p) {
    if (!need_symbol(p, "(")) return NULL;
    hs_cql2 *operand = parse_value(p);
    if (!operand || !need_symbol(p, ")")) return NULL;
    return hs_cql2_unary(&p->build, HS_CQL2_CASEI, operand);
}

static bool names_geometry(hs_str word) {
    static const char *const names[] = {"POINT",           "LINESTRING",   "POLYGON",           "MULTIPOINT",
                                        "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"};
    return hs_cql2_find_name(word, names, sizeof names / sizeof *names) >= 0;
}

static hs_cql2 *parse_property(parser *p) {
    hs_cql2 *node = hs_cql2_node(&p->build, HS_CQL2_PROPERTY, 0);
    if (node) node->text = p->token;
    advance(p);
    return node;
}

/* What a word followed by a parenthesis makes; *is_call false: it names a property. */
static hs_cql2 *parse_call(parser *p, bool *is_call) {
    parser ahead = *p;
    advance(&ahead);
    bool open = is_symbol(&ahead, "(");
    bool geometry = names_geometry(p->token) && (open || is_word(&ahead, "Z") || is_word(&ahead, "M") ||
                                                 is_word(&ahead, "ZM") || is_word(&ahead, "EMPTY"));
    *is_call = geometry || open;
    if (!*is_call) return NULL;
    hs_str word = p->token;
    size_t from = p->begin;
    advance(p);
    if (geometry) return parse_wkt(p, from);
    if (hs_str_equal_nocase(word, HS_STR("BBOX"))) return parse_box(p);
    if (hs_str_equal_nocase(word, HS_STR("CASEI"))) return parse_case(p);
    if (hs_str_equal_nocase(word, HS_STR("INTERVAL"))) return parse_interval(p);
    if (hs_str_equal_nocase(word, HS_STR("DATE")) || hs_str_equal_nocase(word, HS_STR("TIMESTAMP"))) {
        if (!need_symbol(p, "(")) return NULL;
        hs_cql2 *instant = parse_text_argument(p, false);
        return instant && need_symbol(p, ")") ? instant : NULL;
    }
    return hs_cql2_fail(&p->build, "there is no function %.*s", (int)hs_utf8_cut(word, 40), word.data);
}

static hs_cql2 *parse_word_value(parser *p) {
    bool is_call = false;
    hs_cql2 *made = parse_call(p, &is_call);
    if (is_call) return made;
    if (is_word(p, "TRUE") || is_word(p, "FALSE")) {
        made = hs_cql2_node(&p->build, HS_CQL2_BOOLEAN, 0);
        if (made) made->truth = is_word(p, "TRUE");
        advance(p);
        return made;
    }
    return parse_property(p);
}

static hs_cql2 *parse_value(parser *p) {
    if (p->build.status != HS_OK) return NULL;
    if (++p->depth > HS_CQL2_MOST_DEPTH) return hs_cql2_fail(&p->build, "nested too deeply");
    hs_cql2 *made = NULL;
    switch (p->kind) {
    case NUMBER:
        made = hs_cql2_node(&p->build, HS_CQL2_NUMBER, 0);
        if (made) made->number = p->number;
        advance(p);
        break;
    case TEXT:
        made = hs_cql2_node(&p->build, HS_CQL2_TEXT, 0);
        if (made) made->text = p->token;
        advance(p);
        break;
    case QUOTED:
        made = parse_property(p);
        break;
    case WORD:
        made = parse_word_value(p);
        break;
    default:
        expected(p, "a property or a value");
    }
    p->depth--;
    return p->build.status == HS_OK ? made : NULL;
}

static hs_cql2 *parse_list(parser *p, hs_cql2 *operand) {
    hs_cql2 *values[HS_CQL2_MOST_NODES];
    uint32_t count = 0;
    if (!need_symbol(p, "(")) return NULL;
    do {
        if (count == HS_CQL2_MOST_NODES) return hs_cql2_fail(&p->build, "a list is too long");
        values[count] = parse_value(p);
        if (!values[count++]) return NULL;
    } while (take_symbol(p, ","));
    if (!need_symbol(p, ")")) return NULL;
    hs_cql2 *node = hs_cql2_node(&p->build, HS_CQL2_IN, count + 1);
    if (!node) return NULL;
    node->operand[0] = operand;
    for (uint32_t i = 0; i < count; i++)
        node->operand[i + 1] = values[i];
    return node;
}

static hs_cql2 *parse_between(parser *p, hs_cql2 *operand) {
    hs_cql2 *lower = parse_value(p);
    if (!lower) return NULL;
    if (!take_word(p, "AND")) return expected(p, "AND of BETWEEN");
    hs_cql2 *upper = parse_value(p);
    hs_cql2 *node = upper ? hs_cql2_node(&p->build, HS_CQL2_BETWEEN, 3) : NULL;
    if (!node) return NULL;
    node->operand[0] = operand;
    node->operand[1] = lower;
    node->operand[2] = upper;
    return node;
}

static hs_cql2 *negate(parser *p, bool negated, hs_cql2 *node) {
    return negated ? hs_cql2_unary(&p->build, HS_CQL2_NOT, node) : node;
}

/* What follows a value and makes it a truth value. */
static hs_cql2 *parse_predicate(parser *p, hs_cql2 *operand) {
    static const struct {
        const char *symbol;
        hs_cql2_kind kind;
    } comparisons[] = {{"=", HS_CQL2_EQUAL}, {"<>", HS_CQL2_NOT_EQUAL},     {"<=", HS_CQL2_LESS_EQUAL},
                       {"<", HS_CQL2_LESS},  {">=", HS_CQL2_GREATER_EQUAL}, {">", HS_CQL2_GREATER}};
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (take_symbol(p, comparisons[i].symbol))
            return hs_cql2_binary(&p->build, comparisons[i].kind, operand, parse_value(p));
    if (take_word(p, "IS")) {
        bool negated = take_word(p, "NOT");
        if (!take_word(p, "NULL")) return expected(p, "NULL");
        return negate(p, negated, hs_cql2_unary(&p->build, HS_CQL2_IS_NULL, operand));
    }
    bool negated = take_word(p, "NOT");
    if (take_word(p, "LIKE"))
        return negate(p, negated, hs_cql2_binary(&p->build, HS_CQL2_LIKE, operand, parse_value(p)));
    if (take_word(p, "BETWEEN")) return negate(p, negated, parse_between(p, operand));
    if (take_word(p, "IN")) return negate(p, negated, parse_list(p, operand));
    if (negated || operand->kind != HS_CQL2_BOOLEAN)
        return expected(p, negated ? "LIKE, BETWEEN or IN" : "a comparison");
    return operand;
}

/* S_ and T_ functions; *is_call false: it is none. */
static hs_cql2 *parse_function(parser *p, bool *is_call) {
    *is_call = false;
    if (p->kind != WORD || p->token.size < 3 || p->token.data[1] != '_') return NULL;
    hs_str name = {p->token.data + 2, p->token.size - 2};
    char first = (char)(p->token.data[0] & ~32);
    int op = first == 'S'   ? hs_cql2_find_name(name, hs_cql2_spatial_names, HS_CQL2_SPATIALS)
             : first == 'T' ? hs_cql2_find_name(name, hs_cql2_temporal_names, HS_CQL2_TEMPORALS)
                            : -1;
    parser ahead = *p;
    advance(&ahead);
    if (op < 0 || !is_symbol(&ahead, "(")) return NULL;
    *is_call = true;
    advance(p);
    if (!need_symbol(p, "(")) return NULL;
    hs_cql2 *left = parse_value(p);
    if (!left || !need_symbol(p, ",")) return NULL;
    hs_cql2 *right = parse_value(p);
    if (!right || !need_symbol(p, ")")) return NULL;
    hs_cql2 *node = hs_cql2_binary(&p->build, first == 'S' ? HS_CQL2_SPATIAL : HS_CQL2_TEMPORAL, left, right);
    if (node) node->op = op;
    return node;
}

static hs_cql2 *parse_primary(parser *p) {
    if (p->build.status != HS_OK) return NULL;
    if (++p->depth > HS_CQL2_MOST_DEPTH) return hs_cql2_fail(&p->build, "nested too deeply");
    hs_cql2 *made;
    bool is_call = false;
    if (take_word(p, "NOT")) {
        made = hs_cql2_unary(&p->build, HS_CQL2_NOT, parse_primary(p));
    } else if (take_symbol(p, "(")) {
        made = parse_or(p);
        if (made && !need_symbol(p, ")")) made = NULL;
    } else {
        made = parse_function(p, &is_call);
        if (!is_call) {
            hs_cql2 *operand = parse_value(p);
            made = operand ? parse_predicate(p, operand) : NULL;
        }
    }
    p->depth--;
    return made;
}

static hs_cql2 *parse_and(parser *p) {
    hs_cql2 *left = parse_primary(p);
    while (left && take_word(p, "AND"))
        left = hs_cql2_binary(&p->build, HS_CQL2_AND, left, parse_primary(p));
    return left;
}

static hs_cql2 *parse_or(parser *p) {
    hs_cql2 *left = parse_and(p);
    while (left && take_word(p, "OR"))
        left = hs_cql2_binary(&p->build, HS_CQL2_OR, left, parse_and(p));
    return left;
}

hs_status hs_cql2_parse_text(hs_str text, const hs_timezone *zone, hs_arena *arena, hs_error *error,
                             hs_cql2 **filter) {
    if (text.size > HS_CQL2_MOST_BYTES)
        return hs_error_set(error, HS_E_ARGUMENT, "filter: more than %d bytes", HS_CQL2_MOST_BYTES);
    parser p = {.build = {.zone = zone, .arena = arena, .error = error}, .text = text};
    advance(&p);
    hs_cql2 *made = parse_or(&p);
    if (made && p.kind != END) expected(&p, "AND, OR or the end");
    if (p.build.status != HS_OK) return p.build.status;
    *filter = made;
    return HS_OK;
}
