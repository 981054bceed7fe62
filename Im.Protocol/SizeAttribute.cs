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
}
