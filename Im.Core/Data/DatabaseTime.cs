using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>The database's clock, by which everything is set and judged that stands in it: two processes' clocks may be minutes apart.</summary>
public static class DatabaseTime
{
    /// <summary><c>now()</c>; in a query only.</summary>
    public static DateTimeOffset Now() => throw new InvalidOperationException("Only the database can say what its time is: use it in a query.");

    internal static void Map(ModelBuilder builder) =>
        builder.HasDbFunction(typeof(DatabaseTime).GetMethod(nameof(Now))!).HasName("now").IsBuiltIn();
}
