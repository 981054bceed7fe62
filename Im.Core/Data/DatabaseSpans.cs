using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace Im.Core.Data;

/// <summary>
/// What Npgsql's spans are called, and which there are: <c>SELECT users</c>, <c>INSERT conversations, messages, members</c>. What no request asked for, such as the sweep's query once a
/// second or the opening of a connection, is no trace of its own.
/// </summary>
internal static partial class DatabaseSpans
{
    /// <summary>Statements are few and constant; were one ever made by the piece, its name is found anew each time.</summary>
    private const int MaxRemembered = 1_000;

    private static readonly ConcurrentDictionary<string, string> Names = new(StringComparer.Ordinal);

    public static NpgsqlDataSourceBuilder ConfigureSpans(this NpgsqlDataSourceBuilder builder) => builder.ConfigureTracing(tracing => tracing
        .EnablePhysicalOpenTracing(false)
        .ConfigureCommandFilter(_ => Activity.Current is not null)
        .ConfigureBatchFilter(_ => Activity.Current is not null)
        .ConfigureCommandSpanNameProvider(command => NameOf(command.CommandText))
        .ConfigureBatchSpanNameProvider(batch => batch.BatchCommands is [var first, ..] ? NameOf(first.CommandText) : null));

    /// <summary>What is written, and to which tables; else what is read first of all.</summary>
    public static string NameOf(string sql)
    {
        if (Names.TryGetValue(sql, out var known))
            return known;
        var name = Find(sql);
        if (Names.Count < MaxRemembered)
            Names.TryAdd(sql, name);
        return name;
    }

    private static string Find(string sql)
    {
        var writes = Write().Matches(sql);
        if (writes.Count > 0)
            return $"{writes[0].Groups[1].Value.ToUpperInvariant()} {string.Join(", ", writes.Select(write => write.Groups[2].Value).Distinct())}";
        var verb = Verb().Match(sql).Value.ToUpperInvariant();
        if (verb is "SELECT" or "WITH")
            return Read().Match(sql) is { Success: true } read ? $"SELECT {read.Groups[1].Value}" : "SELECT";
        return verb.Length > 0 ? verb : "postgresql";
    }

    [GeneratedRegex(@"\b(INSERT|UPDATE|DELETE)\s+(?:INTO\s+|FROM\s+)?(?:ONLY\s+)?""?(?!SET\b)([a-z_][a-z0-9_]*)""?", RegexOptions.CultureInvariant)]
    private static partial Regex Write();

    [GeneratedRegex(@"\bFROM\s+""?([a-z_][a-z0-9_]*)\b""?(?!\s*\()", RegexOptions.CultureInvariant)]
    private static partial Regex Read();

    [GeneratedRegex(@"(?<=^\s*)[A-Za-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Verb();
}
