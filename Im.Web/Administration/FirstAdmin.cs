using Im.Core.Accounts;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Web.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Im.Web.Administration;

/// <summary>
/// The setting <c>Admin</c>: the nickname of an account that is made an administrator when the server starts. The account must exist, or whoever is first to take the nickname
/// would be it: join, then start with the setting. Taking the setting away takes no right away.
/// </summary>
internal sealed partial class FirstAdmin(IServiceScopeFactory scopes, IConfiguration configuration, ISessionManager sessions, IUserStandings standings, ILogger<FirstAdmin> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration["Admin"] is not { Length: > 0 } nickname)
            return;
        await Task.Yield();
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ImDbContext>();
        try
        {
            if (await database.Users.AsNoTracking().FindByNicknameAsync(nickname, stoppingToken) is not { ErasedAt: null } user)
            {
                LogNobody();
                return;
            }
            if (user.IsAdmin)
                return;
            await scope.ServiceProvider.GetRequiredService<AuditTrail>().WriteAsync("setting", null, "user.admin", $"{user.Id}", "granted", stoppingToken);
            await database.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(row => row.SetProperty(u => u.IsAdmin, true), stoppingToken);
            standings.Invalidate(user.Id);
            await sessions.AnnounceStandingAsync(user.Id, stoppingToken);
            LogGranted(user.Id);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "User {UserId} is an administrator from now on, by the setting Admin")]
    private partial void LogGranted(Guid userId);

    [LoggerMessage(2, LogLevel.Warning, "The setting Admin names an account that does not exist; join with that nickname, then start again")]
    private partial void LogNobody();

    [LoggerMessage(3, LogLevel.Error, "The setting Admin had no effect; start again")]
    private partial void LogFailed(Exception exception);
}
