using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Im.Core.Data;

/// <summary><see cref="CommitWatch"/> for what Entity Framework stores: accounts, settings, reports.</summary>
internal sealed class CommitInterceptor : IDbConnectionInterceptor, IDbCommandInterceptor, IDbTransactionInterceptor, ISaveChangesInterceptor
{
    public static CommitInterceptor Instance { get; } = new();

    private readonly ConditionalWeakTable<DbConnection, CommitWatch> _watches = [];

    public void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => _watches.GetValue(connection, static opened => new((NpgsqlConnection)opened));

    public Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }

    public int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Check(command.Connection);
        return result;
    }

    public ValueTask<int> NonQueryExecutedAsync(DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default) => new(NonQueryExecuted(command, eventData, result));

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Check(eventData.Context?.Database.GetDbConnection());

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        TransactionCommitted(transaction, eventData);
        return Task.CompletedTask;
    }

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Check(eventData.Context?.Database.GetDbConnection());
        return result;
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) => new(SavedChanges(eventData, result));

    private void Check(DbConnection? connection)
    {
        if (connection is null || !_watches.TryGetValue(connection, out var watch))
            return;
        try
        {
            watch.ThrowIfUnconfirmed();
        }
        catch (TimeoutException exception)
        {
            throw new StoreUnavailableException(exception); // not for Entity Framework to try again
        }
    }
}
