package org.sparkmlext.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sparkmlext.ml.input.BadInputException;

/** Reads the statements on models; every other statement is Spark's. */
final class StatementReader {
    private static final String CREATE = "CREATE [OR REPLACE] MODEL [IF NOT EXISTS] name USING algorithm"
            + " [OPTIONS (key = value, ...)] AS SELECT ...";
    private static final String SHOW = "SHOW MODELS [LIKE 'pattern']";
    private static final String DESCRIBE = "DESCRIBE MODEL [EXTENDED] name";
    private static final String DROP = "DROP MODEL [IF EXISTS] name";
    private static final String EVALUATE = "EVALUATE MODEL name USING SELECT ...";
    private static final String EXPLAIN = "EXPLAIN MODEL name";

    private final String sql;
    private final Tokenizer tokens;
    private final Deque<Token> ahead = new ArrayDeque<>();
    private final UnaryOperator<String> literals;
    private String form = "";

    private StatementReader(String sql, UnaryOperator<String> literals) {
        this.sql = sql;
        this.literals = literals;
        tokens = new Tokenizer(sql);
    }

    /**
     * Reads a statement.
     *
     * @param literals from a string literal, quotes included, to its value
     * @return empty if it is not one on models
     * @throws BadInputException if it is one, but not of its form
     */
    static Optional<ModelStatement> read(String sql, UnaryOperator<String> literals) {
        return Optional.ofNullable(new StatementReader(sql, literals).statement());
    }

    private @Nullable ModelStatement statement() {
        if (takes(CREATE, "CREATE", "MODEL")) {
            return create(false);
        } else if (takes(CREATE, "CREATE", "OR", "REPLACE", "MODEL")) {
            return create(true);
        } else if (takes(SHOW, "SHOW", "MODELS")) {
            return show();
        } else if (describesModel("DESCRIBE") || describesModel("DESC")) {
            boolean extended = isKeyword("EXTENDED") && take() != null;
            return ended(new ModelStatement.Describe(name(), extended));
        } else if (takes(DROP, "DROP", "MODEL")) {
            boolean ifExists = takes(DROP, "IF", "EXISTS");
            return ended(new ModelStatement.Drop(name(), ifExists));
        } else if (takes(EVALUATE, "EVALUATE", "MODEL")) {
            String name = name();
            expect("USING");
            return new ModelStatement.Evaluate(name, query());
        } else if (takes(EXPLAIN, "EXPLAIN", "MODEL")) {
            return ended(new ModelStatement.Explain(name()));
        }
        return null;
    }

    private ModelStatement create(boolean replace) {
        boolean ifNotExists = takes(CREATE, "IF", "NOT", "EXISTS");
        if (replace && ifNotExists) {
            throw new BadInputException(
                    "CREATE OR REPLACE MODEL makes a new version of what exists, IF NOT EXISTS makes"
                            + " none; leave one of the two out");
        }
        String name = name();
        expect("USING");
        Token algorithm = take();
        if (algorithm.kind() != Token.Kind.WORD && algorithm.kind() != Token.Kind.QUOTED) {
            throw unexpected(algorithm, "the name of an algorithm");
        }
        Map<String, String> options = new LinkedHashMap<>();
        if (isKeyword("OPTIONS")) {
            take();
            options(options);
        }
        expect("AS");
        int query = query();
        return new ModelStatement.Create(
                name,
                replace,
                ifNotExists,
                algorithm.identifier(),
                options,
                query,
                sql.substring(query).strip());
    }

    private ModelStatement show() {
        boolean hasPattern = isKeyword("LIKE");
        if (hasPattern) {
            take();
        }
        // LIKE may be left out, as in SHOW TABLES.
        String pattern = null;
        if (hasPattern || peek(0).kind() == Token.Kind.STRING) {
            pattern = string("a pattern in quotes");
        }
        return ended(new ModelStatement.Show(pattern));
    }

    private void options(Map<String, String> options) {
        expectSymbol("(", "(");
        if (peek(0).isSymbol(")")) {
            take();
            return;
        }
        do {
            Token key = take();
            String name = switch (key.kind()) {
                case WORD, QUOTED -> key.identifier();
                case STRING -> literals.apply(key.text());
                default -> throw unexpected(key, "the key of an option");
            };
            if (peek(0).isSymbol("=")) {
                take();
            }
            if (options.put(name, value(name)) != null) {
                throw new BadInputException("option '" + name + "' is given twice; give it once");
            }
        } while (takesSymbol(","));
        expectSymbol(")", ", or )");
    }

    /** A literal's value, a bare word, or the values of a list with commas between. */
    private String value(String key) {
        Token first = peek(0);
        if (first.kind() == Token.Kind.STRING) {
            return string("a string");
        }
        if (first.isKeyword("ARRAY") && peek(1).isSymbol("(")) {
            take();
            return list(key, ")");
        }
        if (first.isSymbol("(")) {
            return list(key, ")");
        }
        if (first.isSymbol("[")) {
            return list(key, "]");
        }
        if (first.isSymbol(":") || first.isSymbol("?")) {
            throw new BadInputException("option '" + key + "' is a parameter marker, which can stand in the query only;"
                    + " write the value itself");
        }
        take();
        boolean isSigned = first.isSymbol("-") || first.isSymbol("+");
        Token last = isSigned ? take() : first;
        boolean isWord = last.kind() == Token.Kind.WORD || last.kind() == Token.Kind.QUOTED;
        if (last.kind() != Token.Kind.NUMBER && (isSigned || !isWord)) {
            throw unexpected(
                    last, "a value of option '" + key + "': a number, a word, a string in quotes or a list (1, 2)");
        }
        return (first.isSymbol("-") ? "-" : "") + last.identifier();
    }

    private String list(String key, String close) {
        take();
        List<String> values = new ArrayList<>();
        if (!peek(0).isSymbol(close)) {
            do {
                values.add(value(key));
            } while (takesSymbol(","));
        }
        expectSymbol(close, ", or " + close);
        return String.join(",", values);
    }

    /** A string literal, or several that stand side by side, which Spark takes for one. */
    private String string(String wanted) {
        Token first = take();
        if (first.kind() != Token.Kind.STRING) {
            throw unexpected(first, wanted);
        }
        Token last = first;
        while (peek(0).kind() == Token.Kind.STRING) {
            last = take();
        }
        return literals.apply(sql.substring(first.start(), last.end()));
    }

    /** The name of a model. What stands right behind it belongs to it, so that {@code a.b} is refused as a whole. */
    private String name() {
        Token token = take();
        boolean isName = token.kind() == Token.Kind.WORD
                || token.kind() == Token.Kind.QUOTED
                || token.kind() == Token.Kind.NUMBER;
        if (!isName) {
            throw unexpected(
                    token, "the name of a model" + (token.kind() == Token.Kind.STRING ? " without quotes" : ""));
        }
        int end = token.end();
        while (peek(0).start() == end
                && peek(0).kind() != Token.Kind.END
                && !peek(0).isSymbol(";")
                && !peek(0).isUnclosed()) {
            end = take().end();
        }
        return end == token.end() ? token.identifier() : sql.substring(token.start(), end);
    }

    private int query() {
        Token first = peek(0);
        if (first.kind() == Token.Kind.END || first.isSymbol(";")) {
            throw unexpected(first, "a query");
        }
        return first.start();
    }

    private ModelStatement ended(ModelStatement statement) {
        while (peek(0).isSymbol(";")) {
            take();
        }
        if (peek(0).kind() != Token.Kind.END) {
            throw unexpected(peek(0), "the end of the statement");
        }
        return statement;
    }

    /** Whether a model is described, not a table called model: that one is followed by nothing, or by a dot. */
    private boolean describesModel(String verb) {
        Token third = peek(2);
        boolean isTable = third.kind() == Token.Kind.END || third.isSymbol(";") || third.isSymbol(".");
        return !isTable && takes(DESCRIBE, verb, "MODEL");
    }

    /** Takes the keywords if they come next; they say which form the statement has. */
    private boolean takes(String statementForm, String... keywords) {
        for (int i = 0; i < keywords.length; i++) {
            if (!peek(i).isKeyword(keywords[i])) {
                return false;
            }
        }
        for (int i = 0; i < keywords.length; i++) {
            take();
        }
        form = statementForm;
        return true;
    }

    private boolean takesSymbol(String symbol) {
        boolean isNext = peek(0).isSymbol(symbol);
        if (isNext) {
            take();
        }
        return isNext;
    }

    private boolean isKeyword(String keyword) {
        // A model may be called EXTENDED: a name stands alone.
        return peek(0).isKeyword(keyword) && peek(1).kind() != Token.Kind.END && !peek(1).isSymbol(";");
    }

    private void expect(String keyword) {
        Token token = take();
        if (!token.isKeyword(keyword)) {
            throw unexpected(token, keyword);
        }
    }

    private void expectSymbol(String symbol, String wanted) {
        Token token = take();
        if (!token.isSymbol(symbol)) {
            throw unexpected(token, wanted);
        }
    }

    private Token take() {
        peek(0);
        return ahead.removeFirst();
    }

    private Token peek(int index) {
        while (ahead.size() <= index) {
            ahead.addLast(tokens.next());
        }
        return ahead.stream().skip(index).findFirst().orElseThrow();
    }

    private BadInputException unexpected(Token token, String wanted) {
        String before = sql.substring(0, token.start());
        int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
        int column = token.start() - (before.lastIndexOf('\n') + 1) + 1;
        String got = token.kind() == Token.Kind.END ? "the end of the statement" : "'" + token.text() + "'";
        return new BadInputException("line " + line + ", column " + column + ": expected " + wanted + ", got "
                + (token.isUnclosed() ? "a quote that is not closed" : got) + "; the statement is " + form);
    }
}
