using System.Security.Cryptography;
using System.Text;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Web.Http;
using Im.Web.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Administration;

/// <summary>
/// What commands of the Aspire dashboard ask for. Its key is the setting <c>Dashboard:Key</c>, which the AppHost makes anew for each run; without it there are no such addresses.
/// Every deed is in the audit trail, by "dashboard".
/// </summary>
internal static class DashboardSetup
{
    private const string Actor = "dashboard";
    private const int AtOnce = 16;

    public static void MapDashboard(this IEndpointRouteBuilder api, IConfiguration configuration)
    {
        if (configuration["Dashboard:Key"] is not { Length: > 0 } key)
            return;
        var hash = HashOf(key);
        api.MapPost("/dashboard/sign-everyone-out", SignEveryoneOutAsync)
            .LimitLogins()
            .AddEndpointFilter(async (invocation, next) => Bearer.Of(invocation.HttpContext.Request) is { } given && CryptographicOperations.FixedTimeEquals(HashOf(given), hash)
                ? await next(invocation) : ProblemKind.NotLoggedIn.Because())
            .ExcludeFromDescription();
    }

    private static async Task<EndedResponse> SignEveryoneOutAsync(AuditTrail trail, ImDbContext database, ISessionManager sessions, CancellationToken cancellationToken)
    {
        await trail.WriteAsync(Actor, null, "everybody.sign-out", "everybody", null, cancellationToken);
        var ended = 0;
        var users = database.Users.AsNoTracking().Where(user => user.ErasedAt == null).Select(user => user.Id).AsAsyncEnumerable();
        await Parallel.ForEachAsync(users, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (user, _) =>
            Interlocked.Add(ref ended, await sessions.DestroyAllAsync(user, reason: EndReasons.Administrator, ct: CancellationToken.None)));
        return new(ended);
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
