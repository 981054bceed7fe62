using Im.Core.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Im.Tests.Data;

public sealed class AccountTests
{
    [Fact]
    public async Task Identity_works_on_the_narrow_user_table()
    {
        await using var database = new TestDatabase();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddImData(database.ConnectionString);
        builder.Services.AddIdentityCore<ImUser>(options => options.Lockout.MaxFailedAccessAttempts = 2).AddEntityFrameworkStores<ImDbContext>();
        using var host = builder.Build();
        await host.StartAsync();
        await using var scope = host.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<ImUser>>();

        var jenny = new ImUser { UserName = "Jenny", Brief = "likes tea", CreatedAt = DateTimeOffset.UtcNow };
        Assert.True((await users.CreateAsync(jenny, "Secret-1")).Succeeded);
        Assert.NotEqual(Guid.Empty, jenny.Id);
        Assert.False((await users.CreateAsync(new() { UserName = "JENNY" }, "Secret-1")).Succeeded);

        var found = await users.FindByNameAsync("jenny");
        Assert.Equal(jenny.Id, found!.Id);
        Assert.True(await users.CheckPasswordAsync(found, "Secret-1"));
        await users.AccessFailedAsync(found);
        await users.AccessFailedAsync(found);
        Assert.True(await users.IsLockedOutAsync(found));
        await host.StopAsync();
    }
}
