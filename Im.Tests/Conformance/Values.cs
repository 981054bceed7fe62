using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Im.Tests.Web;

namespace Im.Tests.Conformance;

/// <summary>The placeholders of a transcript (<c>docs/conformance/README.md</c>) and what they stand for in this run.</summary>
internal sealed partial class Values
{
    private const string Anything = "any", Others = "${others}";

    private const int NicknameChars = 12;

    private readonly Dictionary<string, JsonNode?> _bound = [];

    /// <summary>What is sent: every placeholder replaced. A whole string that is one becomes its value, a number too.</summary>
    public JsonNode? Fill(JsonNode? node) => node switch
    {
        JsonObject one => new JsonObject(one.Select(property => KeyValuePair.Create(property.Key, Fill(property.Value)))),
        JsonArray many => new JsonArray([.. many.Select(Fill)]),
        JsonValue value when value.TryGetValue<string>(out var text) => Placeholder().Match(text) is { Success: true } whole && whole.Length == text.Length ? Find(whole.Groups[1].Value) : FillText(text),
        _ => node?.DeepClone(),
    };

    public string FillText(string text) => Placeholder().Replace(text, match => $"{Find(match.Groups[1].Value)}");

    /// <summary>Whether what came fits. If it does, placeholders that were seen for the first time have their values from it.</summary>
    public bool Fits(JsonNode? expected, JsonNode? came)
    {
        var found = new Dictionary<string, JsonNode?>();
        if (!Fits(expected, came, found))
            return false;
        foreach (var (name, value) in found)
            _bound[name] = value?.DeepClone();
        return true;
    }

    private bool Fits(JsonNode? expected, JsonNode? came, Dictionary<string, JsonNode?> found)
    {
        switch (expected)
        {
            case JsonObject one: // further fields are to be ignored
                return came is JsonObject other && one.All(property => Fits(property.Value, other[property.Key], found));
            case JsonArray some when some.Count > 0 && $"{some[0]}" == Others:
                return came is JsonArray among && some.Skip(1).All(one => among.Any(item => Fits(one, item, found)));
            case JsonArray many:
                return came is JsonArray others && many.Count == others.Count && many.Zip(others).All(pair => Fits(pair.First, pair.Second, found));
            case JsonValue value when value.TryGetValue<string>(out var text) && Placeholder().Match(text) is { Success: true } whole && whole.Length == text.Length:
                var name = whole.Groups[1].Value;
                if (came is null)
                    return false;
                if (name == Anything)
                    return true;
                return _bound.TryGetValue(name, out var bound) || found.TryGetValue(name, out bound) ? JsonNode.DeepEquals(bound, came) : found.TryAdd(name, came);
            default:
                return JsonNode.DeepEquals(expected is JsonValue said && said.TryGetValue<string>(out var words) ? FillText(words) : expected, came);
        }
    }

    private JsonNode? Find(string name)
    {
        switch (name.Split(':', 3))
        {
            case ["new", var id]:
                return _bound[id] = $"{Guid.NewGuid()}";
            case ["nickname", var nickname]:
                return _bound[nickname] = WebCollection.NewNickname()[..NicknameChars];
            case ["repeat", var times, var text]:
                return string.Concat(Enumerable.Repeat(text, int.Parse(times, CultureInfo.InvariantCulture)));
            default:
                return _bound.TryGetValue(name, out var value) ? value?.DeepClone() : throw new InvalidOperationException($"Nothing has given ${{{name}}} a value.");
        }
    }

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Placeholder();
}
