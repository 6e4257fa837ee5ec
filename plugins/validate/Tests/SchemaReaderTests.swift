import Configuration
import EventModel
import Testing

@testable import ValidatePlugin

@Suite struct SchemaReaderTests {
    private func problems(_ json5: String) throws -> [SettingProblem] {
        var settings = ValidateSettings()
        guard case .table(let schema) = try ConfigValue(json5: json5) else { return [] }
        settings.schema = schema
        return settings.problems()
    }

    private func property(_ json5: String) throws -> PropertySchema {
        var reader = SchemaReader()
        let schemas = reader.read(["e": try ConfigValue(json5: "{properties: {x: \(json5)}}")], at: "")
        #expect(reader.problems == [])
        return try #require(schemas["e"]?.properties["x"])
    }

    @Test(arguments: [
        ("{e: {typ: 'object'}}", "schema.e.typ"), ("{e: {type: 'array'}}", "schema.e.type"), ("{e: 7}", "schema.e"),
        ("{e: {properties: []}}", "schema.e.properties"), ("{e: {properties: {x: 1}}}", "schema.e.properties.x"),
        ("{e: {properties: {x: true}}}", "schema.e.properties.x"),
        ("{e: {required: 'x'}}", "schema.e.required"), ("{e: {required: [1]}}", "schema.e.required"),
        ("{e: {additionalProperties: {}}}", "schema.e.additionalProperties"),
        ("{e: {patternProperties: {}}}", "schema.e.patternProperties"), ("{e: {allOf: []}}", "schema.e.allOf"),
        ("{e: {additionalProperties: false, required: ['x']}}", "schema.e.required"),
        ("{e: {properties: {x: {pattern: 'a*'}}}}", "schema.e.properties.x.pattern"),
        ("{e: {properties: {x: {format: 'date'}}}}", "schema.e.properties.x.format"),
        ("{e: {properties: {x: {type: 'object'}}}}", "schema.e.properties.x.type"),
        ("{e: {properties: {x: {type: ['string', 'null']}}}}", "schema.e.properties.x.type"),
        ("{e: {properties: {x: {type: []}}}}", "schema.e.properties.x.type"),
        ("{e: {properties: {x: {minimum: '1'}}}}", "schema.e.properties.x.minimum"),
        ("{e: {properties: {x: {minLength: -1}}}}", "schema.e.properties.x.minLength"),
        ("{e: {properties: {x: {maxLength: 1.5}}}}", "schema.e.properties.x.maxLength"),
        ("{e: {properties: {x: {enum: 'a'}}}}", "schema.e.properties.x.enum"),
        ("{e: {properties: {x: {const: [1]}}}}", "schema.e.properties.x.const"),
        ("{e: {properties: {x: {enum: []}}}}", "schema.e.properties.x"),
        ("{e: {properties: {x: {enum: [1], const: 2}}}}", "schema.e.properties.x"),
        ("{e: {properties: {x: {minimum: 2, maximum: 1}}}}", "schema.e.properties.x"),
        ("{e: {properties: {x: {exclusiveMinimum: 1, maximum: 1}}}}", "schema.e.properties.x"),
        ("{e: {properties: {x: {minLength: 2, maxLength: 1}}}}", "schema.e.properties.x"),
    ])
    func aMistakeInASchemaNamesItsPlace(json5: String, place: String) throws {
        #expect(Set(try problems(json5).map(\.key)).contains(place))
    }

    @Test func allMistakesAreSaidAtOnce() throws {
        let problems = try problems("{e: {properties: {x: {mimimum: 1}, y: {type: 'text'}}, oneOf: []}, f: []}")
        #expect(
            problems.map(\.key) == [
                "schema.e.oneOf", "schema.e.properties.x.mimimum", "schema.e.properties.y.type", "schema.f",
            ])
        #expect(problems[1].message.contains("did you mean \"minimum\"?"))
    }

    @Test func keywordsThatOnlyExplainAreAllowed() throws {
        let text = """
            {e: {$schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'e', title: 't', description: 'd',
              type: 'object', properties: {x: {$comment: 'c', title: 't', description: 'd'}}}}
            """
        #expect(try problems(text) == [])
    }

    @Test(
        arguments: [
            ("{type: 'string'}", PropertyValue.text(""), nil), ("{type: 'string'}", .number(1), "invalid_type"),
            ("{type: 'number'}", .number(1.5), nil), ("{type: 'number'}", .text("1.5"), "invalid_type"),
            ("{type: 'integer'}", .number(-3), nil), ("{type: 'integer'}", .number(1.5), "invalid_type"),
            ("{type: 'integer'}", .number(.nan), "invalid_type"), ("{type: 'boolean'}", .flag(false), nil),
            ("{type: 'boolean'}", .number(0), "invalid_type"), ("{type: ['string', 'integer']}", .number(2), nil),
            ("{type: ['string', 'integer']}", .flag(true), "invalid_type"),
            ("{enum: ['a', 1, true]}", .text("a"), nil), ("{enum: ['a', 1, true]}", .number(1), nil),
            ("{enum: ['a', 1, true]}", .flag(false), "not_allowed_value"), ("{const: 1.0}", .number(1), nil),
            ("{const: 1}", .text("1"), "not_allowed_value"), ("{const: true}", .number(1), "not_allowed_value"),
            ("{minimum: 1}", .number(1), nil), ("{minimum: 1}", .number(0.999), "out_of_range"),
            ("{maximum: 1}", .number(1), nil), ("{maximum: 1}", .number(1.001), "out_of_range"),
            ("{exclusiveMinimum: 1}", .number(1), "out_of_range"), ("{exclusiveMinimum: 1}", .number(1.001), nil),
            ("{exclusiveMaximum: 1}", .number(1), "out_of_range"), ("{exclusiveMaximum: 1}", .number(0), nil),
            ("{minimum: 1}", .text("0"), nil), ("{minLength: 5}", .number(0), nil), ("{minimum: 5}", .flag(false), nil),
            ("{maximum: 1}", .number(.nan), "out_of_range"),
            ("{minLength: 2}", .text("ü"), "out_of_range"), ("{minLength: 2}", .text("üx"), nil),
            ("{maxLength: 2}", .text("日本"), nil), ("{maxLength: 2}", .text("日本語"), "too_long"),
            ("{maxLength: 1}", .text("e\u{301}"), "too_long"), ("{maxLength: 0}", .text(""), nil),
            ("{}", .flag(true), nil),
        ] as [(String, PropertyValue, String?)])
    func valuesAreCheckedAsJSONSchemaSays(json5: String, value: PropertyValue, reason: String?) throws {
        #expect(try property(json5).reason(against: value)?.text == reason)
    }

    @Test(arguments: [
        ("{}", "a text, a number, true or false"),
        ("{type: 'integer', minimum: 1, exclusiveMaximum: 2.5}", "a whole number, at least 1, less than 2.5"),
        ("{type: ['boolean', 'number']}", "a number or true or false"),
        ("{enum: ['a', 2, false]}", "one of \"a\", 2, false"),
        (
            "{type: 'string', minLength: 1, maxLength: 9}",
            "a text, at least 1 character long, at most 9 characters long"
        ),
    ])
    func aSchemaIsSaidInWords(json5: String, words: String) throws {
        #expect(try property(json5).expectation == words)
    }
}
