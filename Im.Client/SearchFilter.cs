using System.Globalization;
using Im.Protocol;

namespace Im.Client;

/// <summary>What is looked for; of <see cref="Text"/>, <see cref="From"/>, <see cref="HasLink"/> and <see cref="HasFile"/> at least one.</summary>
/// <param name="Text">Words, all of which a text must have, or a phrase in quotes; at most <see cref="SearchLimits.MaxQueryChars"/> UTF-16 code units.</param>
public sealed record SearchFilter(string Text = "")
{
    /// <summary>Null: all that the user may read.</summary>
    public ConversationId? Conversation { get; init; }

    /// <summary>Who said it.</summary>
    public Guid? From { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>The first moment that is too late.</summary>
    public DateTimeOffset? Until { get; init; }

    public bool HasLink { get; init; }

    /// <summary>Files alone; <see cref="HasLink"/> is not looked at then.</summary>
    public bool HasFile { get; init; }

    /// <summary>Hits on a page, 1 to <see cref="SearchLimits.MaxPage"/>.</summary>
    public int Limit { get; init; } = SearchLimits.DefaultPage;

    internal string ToQuery(string? after)
    {
        var said = new List<string> { $"limit={Limit.ToString(CultureInfo.InvariantCulture)}" };
        Add("q", Text.Length > 0 ? Text : null);
        Add("conversation", Conversation?.ToString());
        Add("from", From?.ToString());
        Add("since", Since?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        Add("until", Until?.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        Add("has", HasFile ? "file" : HasLink ? "link" : null);
        Add("after", after);
        return string.Join('&', said);

        void Add(string name, string? value)
        {
            if (value is not null)
                said.Add($"{name}={Uri.EscapeDataString(value)}");
        }
    }
}
