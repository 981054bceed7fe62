using Im.Bench.Load;
using Im.Core.Data;
using Im.Protocol;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using NpgsqlTypes;

namespace Im.Bench.Seeding;

/// <summary>
/// Accounts, copied into Postgres as joining makes them: hashing thousands of passwords would take most of the time. What look-alikes have in common is added by the web server at its
/// next start, as for accounts of an older version.
/// </summary>
internal static class SeedPeople
{
    private static readonly string[] Names =
    [
        "Ada", "Ben", "Carla", "David", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jenny", "Karim", "Lena", "Marco", "Nora", "Otto", "Paula", "Rosa", "Sami", "Tom", "Vera",
        "小明", "小红", "建国", "丽华", "志强", "美玲", "晓东", "雪梅", "家豪", "诗雨",
    ];

    private static readonly string[] Briefs = ["likes tea", "on the road", "", "喜欢喝茶", "back on Monday", ""];

    /// <exception cref="LoadException">They are there already.</exception>
    public static async Task<IReadOnlyList<UserInfo>> AddAsync(NpgsqlDataSource source, SeedPlan plan, Random random, DateTime since, CancellationToken cancellationToken)
    {
        var people = Enumerable.Range(0, plan.People).Select(i => new UserInfo(NewId(random), $"{Names[i % Names.Length]} {plan.Seed}{i:0000}", Briefs[random.Next(Briefs.Length)])).ToArray();
        var hash = plan.Password is { } password ? new PasswordHasher<ImUser>().HashPassword(new(), password) : null;
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var copy = await connection.BeginBinaryImportAsync(
                "COPY users (id, user_name, normalized_user_name, brief, created_at, password_hash, security_stamp, lockout_enabled, access_failed_count) FROM STDIN (FORMAT binary)", cancellationToken);
            foreach (var person in people)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(person.Id, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(person.Nickname, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(person.Nickname.ToLowerInvariant(), NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(person.Brief, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(since, NpgsqlDbType.TimestampTz, cancellationToken);
                if (hash is null)
                    await copy.WriteNullAsync(cancellationToken);
                else
                    await copy.WriteAsync(hash, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync($"{NewId(random)}", NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(true, NpgsqlDbType.Boolean, cancellationToken);
                await copy.WriteAsync(0, NpgsqlDbType.Integer, cancellationToken);
            }
            await copy.CompleteAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new LoadException($"The people of seed {plan.Seed} are in this store already: give another --seed.", e);
        }
        return people;
    }

    internal static Guid NewId(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }
}
