using Im.Core.Data;
using Microsoft.AspNetCore.Identity;

namespace Im.Web.Accounts;

/// <summary>
/// Asks for an account nobody has, once, when the server has started: the first query of a process builds the model and its connections, which
/// took the first person to log in seconds. A failure here is that person's to see, not this one's.
/// </summary>
internal sealed class LoginWarmUp(IServiceScopeFactory scopes) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ImUser>>();
        try
        {
            await users.FindByNameAsync("?");
            users.PasswordHasher.HashPassword(new ImUser(), "?");
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested && e is not OutOfMemoryException)
        {
            // Only a head start was lost.
        }
    }
}
