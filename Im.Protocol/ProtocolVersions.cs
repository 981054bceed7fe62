using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Im.Protocol;

/// <summary>
/// Which frames and fields each version of the protocol has. It is said at the records, by <see cref="SinceAttribute"/> and <see cref="UntilAttribute"/>; both frame readers and the schema go by it.
/// </summary>
public static class ProtocolVersions
{
    /// <summary>The frames of one side, <see cref="ClientFrame"/> or <see cref="ServerFrame"/>: the name of each <c>type</c> and its record, in the order of the records' list.</summary>
    public static IEnumerable<(string Name, Type Record)> FramesOf<TFrame>(int version)
    {
        foreach (var listed in typeof(TFrame).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false))
        {
            var until = listed.DerivedType.GetCustomAttribute<UntilAttribute>();
            if (Has(listed.DerivedType, version))
                yield return ((string)listed.TypeDiscriminator!, listed.DerivedType);
            else if (until?.Then is { } other && version > until.Version)
                yield return ((string)listed.TypeDiscriminator!, other);
        }
    }

    /// <summary>For each version, from the first: what a frame of each <c>type</c> is read as.</summary>
    internal static FrozenDictionary<string, JsonTypeInfo>[] ReadAs<TFrame>() => [.. Enumerable.Range(1, ProtocolLimits.Version).Select(version =>
        FramesOf<TFrame>(version).ToFrozenDictionary(frame => frame.Name, frame => ProtocolJson.Default.GetTypeInfo(frame.Record)!))];

    /// <param name="member">A record, a property of one, or a constant.</param>
    public static bool Has(ICustomAttributeProvider member, int version) =>
        member.GetCustomAttributes(inherit: false).All(attribute => attribute switch
        {
            SinceAttribute since => version >= since.Version,
            UntilAttribute until => version <= until.Version,
            _ => true,
        });
}

/// <summary>There is none before this version.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SinceAttribute(int version) : Attribute
{
    public int Version => version;

    /// <summary>From that version on it is always there, though the record may be without it.</summary>
    public bool Always { get; init; }
}

/// <summary>There is none after this version.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property | AttributeTargets.Field)]
public sealed class UntilAttribute(int version) : Attribute
{
    public int Version => version;

    /// <summary>The record of the same <c>type</c> in later versions; null: they have no such frame.</summary>
    public Type? Then { get; init; }
}
