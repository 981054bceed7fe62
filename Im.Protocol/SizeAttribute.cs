using System.Text.Json.Nodes;

namespace Im.Protocol;

/// <summary>How long a text may be, in UTF-16 code units, how many items a list may have, or how large a number may be. For the schema; who takes the field checks it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SizeAttribute(int least, int most) : Attribute
{
    public int Least => least;

    public int Most => most;

    /// <summary>Of a list the size of each item, where <see cref="EachMost"/> is given.</summary>
    public int EachLeast { get; init; }

    public int EachMost { get; init; } = -1;

    /// <summary>Of a list: no item twice.</summary>
    public bool Distinct { get; init; }

    /// <summary>Says it in a JSON Schema. A text is counted in code points there: what is too long by its UTF-16 code units alone, the server finds.</summary>
    internal void Limit(JsonNode schema)
    {
        if (schema["items"] is not { } item)
        {
            Bound(schema, least, most);
            return;
        }
        (schema["minItems"], schema["maxItems"]) = (least, most);
        if (Distinct)
            schema["uniqueItems"] = true;
        if (EachMost >= 0)
            Bound(item, EachLeast, EachMost);
    }

    private static void Bound(JsonNode schema, int least, int most)
    {
        var (low, high) = $"{schema["type"]}".Contains("string", StringComparison.Ordinal) ? ("minLength", "maxLength") : ("minimum", "maximum");
        (schema[low], schema[high]) = (least, most);
    }
}
