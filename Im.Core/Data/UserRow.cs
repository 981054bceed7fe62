using Im.Protocol;
using Npgsql;

namespace Im.Core.Data;

/// <summary>The one reader of an account as others see it.</summary>
internal static class UserRow
{
    /// <summary>What <see cref="Read"/> wants, in this order; <c>u</c> is the account's row.</summary>
    public const string Columns = "u.id, u.user_name, u.brief, u.display_name, u.picture";

    /// <summary>How many there are.</summary>
    public const int Count = 5;

    /// <param name="first">The ordinal of the first of <see cref="Columns"/>.</param>
    public static UserInfo Read(NpgsqlDataReader row, int first) =>
        new(row.GetGuid(first), row.GetString(first + 1), row.GetString(first + 2)) { Name = row.GetString(first + 3) is { Length: > 0 } name ? name : null, Picture = row.IsDBNull(first + 4) ? null : row.GetString(first + 4) };
}
